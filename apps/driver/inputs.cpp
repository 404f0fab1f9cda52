#include "apps/driver/inputs.hpp"

#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "nn/model_file.hpp"

#include <tuple>

namespace dk {

block resolve_model(job& which) {
  if (which.model.keras.empty())
    return {};
  auto file = nn::load_model(which.model.keras);
  which.model.input = std::move(file.architecture.input);
  which.model.layers = std::move(file.architecture.layers);
  which.model.keras.clear();
  return block::copy_of(file.weights.data(), file.weights.size());
}

job_data read_data(const job& which) {
  job_data all;
  auto train = data::read(*which.data.train);
  std::optional<data::table> held_out;
  if (which.data.validation > 0)
    std::tie(train, held_out.emplace()) = data::split(train, which.data.validation, which.seed);
  all.fitted = data::fit(which.data.transforms, train);
  all.train = data::make_dataset(train);
  if (held_out) {
    data::apply(all.fitted, *held_out);
    all.validation = data::make_dataset(*held_out);
  }
  if (which.data.test)
    all.test = read_source(*which.data.test, all.fitted);
  return all;
}

data::dataset read_source(const spec& source, const data::pipeline& fitted) {
  auto table = data::read(source);
  data::apply(fitted, table);
  return data::make_dataset(table);
}

} // namespace dk
