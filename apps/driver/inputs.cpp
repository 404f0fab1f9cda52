#include "apps/driver/inputs.hpp"

#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "data/transforms/catalog.hpp"
#include "nn/model_file.hpp"
#include "runtime/model_defaults.hpp"

namespace dk {

data::dataset read_source(const spec& source, const std::vector<spec>& transforms) {
  auto table = data::read(source);
  data::apply(transforms, table);
  return data::make_dataset(table);
}

block resolve_model(job& which) {
  if (which.model.keras.empty())
    return {};
  auto file = nn::load_model(which.model.keras, which.model.weights);
  if (const auto notice = adopt_defaults(which, file, which.model.keras); !notice.empty())
    log()->warn("{}", notice);
  which.model.input = std::move(file.architecture.input);
  which.model.layers = std::move(file.architecture.layers);
  which.model.inputs = std::move(file.architecture.inputs);
  which.model.outputs = std::move(file.architecture.outputs);
  which.model.keras.clear();
  which.model.weights.clear();
  which.model.left.clear();
  return block::copy_of(file.weights.data(), file.weights.size());
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
