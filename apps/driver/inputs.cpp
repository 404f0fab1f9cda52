#include "apps/driver/inputs.hpp"

#include "data/formats/catalog.hpp"
#include "data/transforms/catalog.hpp"

namespace dk {

data::dataset read_source(const spec& source, const std::vector<spec>& transforms) {
  auto table = data::read(source);
  data::apply(transforms, table);
  return data::make_dataset(table);
}

job_data read_data(const job& which) {
  job_data all;
  all.train = read_source(*which.data.train, which.data.transforms);
  if (which.data.validation > 0) {
    auto [kept, held_out] = data::split(all.train, which.data.validation, which.seed);
    all.train = std::move(kept);
    all.validation = std::move(held_out);
  }
  if (which.data.test)
    all.test = read_source(*which.data.test, which.data.transforms);
  return all;
}

} // namespace dk
