#include "apps/driver/inputs.hpp"

#include "apps/driver/streamed_inputs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "nn/model_file.hpp"
#include "runtime/model_defaults.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace dk {

model_start resolve_model(job& which) {
  if (which.model.keras.empty())
    return {};
  auto file = nn::load_model(which.model.keras, which.model.weights);
  nn::require_trainable(file, which.model.keras);
  if (const auto notice = adopt_defaults(which, file, which.model.keras); !notice.empty())
    log()->warn("{}", notice);
  auto state = adopt_state(which, file, which.model.keras);
  if (!state.notice.empty())
    log()->warn("{}", state.notice);
  which.model.input = std::move(file.architecture.input);
  which.model.layers = std::move(file.architecture.layers);
  which.model.inputs = std::move(file.architecture.inputs);
  which.model.outputs = std::move(file.architecture.outputs);
  which.model.keras.clear();
  which.model.weights.clear();
  which.model.left.clear();
  return {block::copy_of(file.weights.data(), file.weights.size()), std::move(state.moments)};
}

data::pipeline still_to_apply(const data::pipeline& fitted, const spec& source) {
  const auto prepared = data::prepared_by(source);
  const auto same = [](const data::fitted_transform& a, const data::fitted_transform& b) {
    return a.transform == b.transform && a.fitted == b.fitted;
  };
  if (prepared.size() > fitted.size() || !std::equal(prepared.begin(), prepared.end(), fitted.begin(), same))
    throw failure{errc::data, source.keys.at("path").get<std::string>() +
                                  ": was prepared in another way than the training rows; prepare them together"};
  return {fitted.begin() + static_cast<std::ptrdiff_t>(prepared.size()), fitted.end()};
}

data::pipeline fit_rows(const spec& source, const std::vector<spec>& transforms, data::table& training) {
  auto all = data::prepared_by(source);
  auto fitted = data::fit(transforms, training);
  std::move(fitted.begin(), fitted.end(), std::back_inserter(all));
  return all;
}

namespace {

job_data read_into_memory(const job& which) {
  job_data all;
  const auto& source = *which.data.train;
  auto train = data::read(source);
  all.source = data::with_listed_features(source, train);
  std::optional<data::table> held_out;
  if (which.data.validation > 0)
    std::tie(train, held_out.emplace()) = data::split(train, which.data.validation, which.seed);
  all.fitted = fit_rows(source, which.data.transforms, train);
  all.train = data::make_dataset(train);
  if (held_out) {
    data::apply(still_to_apply(all.fitted, source), *held_out);
    all.validation = data::make_dataset(*held_out);
  }
  return all;
}

data::dataset read_test(const spec& source, const data::pipeline& fitted) {
  auto rows = data::read(source);
  data::apply(still_to_apply(fitted, source), rows);
  return data::make_dataset(rows);
}

} // namespace

job_data read_data(const job& which, const cluster_config& where) {
  const auto& data = which.data;
  const bool on_nodes = transforms_on(where, data);
  const auto on_disk = [&](const spec& source) { return goes_to_disk(data, source); };
  const bool streams_test = data.test && (on_nodes || on_disk(*data.test));
  const bool streams_train = on_nodes || on_disk(*data.train);
  std::optional<streamed_inputs> streamed;
  if (streams_train || streams_test)
    streamed.emplace(which, on_nodes ? where : cluster_config{});
  auto all = streams_train ? streamed->training() : read_into_memory(which);
  if (data.test) {
    const auto test = data::with_features_of(*data.test, *all.source);
    all.test = streams_test ? streamed->other(test, all.fitted) : read_test(test, all.fitted);
  }
  return all;
}

} // namespace dk
