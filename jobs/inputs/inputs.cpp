#include "jobs/inputs/inputs.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "data/stratify.hpp"
#include "jobs/inputs/streamed_inputs.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/run/class_weight.hpp"
#include "runtime/run/label_check.hpp"
#include "runtime/run/model_defaults.hpp"

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
                                  ": was prepared differently from the training rows; prepare them together"};
  return {fitted.begin() + static_cast<std::ptrdiff_t>(prepared.size()), fitted.end()};
}

data::pipeline fit_rows(const spec& source, const std::vector<spec>& transforms, data::table& training,
                        data::table* held_out) {
  auto all = data::prepared_by(source);
  auto fitted = data::fit(transforms, training, held_out);
  std::move(fitted.begin(), fitted.end(), std::back_inserter(all));
  return all;
}

namespace {

std::vector<bool> held_rows_of(const job& which, const data::table& rows) {
  if (!which.data.stratify)
    return data::held_rows(rows.rows(), which.data.validation, which.seed,
                           rows.columns().empty() ? std::string{} : rows.columns().front().origin);
  data::stratified_rows by_class{which.data.transforms};
  by_class.see(rows);
  return by_class.held(which.data.validation, which.seed);
}

data::dataset rows_to_measure(const job& which, const spec& source, const data::table& rows) {
  auto made = data::make_dataset(rows, data::label_use::required, data::weights_of(source));
  row_check{which}.see(made);
  return made;
}

job_data read_into_memory(const job& which, const data::pipeline* fitted) {
  job_data all;
  const auto& source = *which.data.train;
  auto train = data::read(source);
  all.source = data::with_listed_features(source, train);
  std::optional<data::table> held_out;
  if (which.data.validation > 0)
    std::tie(train, held_out.emplace()) = data::split(train, held_rows_of(which, train));
  if (fitted == nullptr) {
    all.fitted = fit_rows(source, which.data.transforms, train, held_out ? &*held_out : nullptr);
  } else {
    all.fitted = *fitted;
    data::apply_to_training(still_to_apply(*fitted, source), train);
    if (held_out)
      data::apply(still_to_apply(*fitted, source), *held_out);
  }
  all.train = data::make_dataset(train, data::label_use::required, data::weights_of(source));
  if (held_out)
    all.validation = rows_to_measure(which, source, *held_out);
  if (class_weights by_class{which, data::label_words(all.fitted)}; by_class.is_on()) {
    row_check{which}.see(all.train);
    by_class.see(all.train);
    by_class.apply(all.train);
  }
  return all;
}

} // namespace

job_data read_data(const job& which, const data::pipeline* fitted) {
  const auto& data = which.data;
  const auto streams = [&](const spec& source) { return goes_to_disk(data, source); };
  std::optional<streamed_inputs> streamed;
  const auto stream = [&]() -> streamed_inputs& {
    if (!streamed)
      streamed.emplace(which, cluster_config{});
    return *streamed;
  };
  auto all = streams(*data.train) ? stream().training(fitted) : read_into_memory(which, fitted);
  const auto read_other = [&](const spec& given) {
    const auto source = data::with_features_of(given, *all.source);
    if (streams(source))
      return stream().other(source, all.fitted);
    auto rows = data::read(source);
    data::apply(still_to_apply(all.fitted, source), rows);
    return rows_to_measure(which, source, rows);
  };
  if (data.validate)
    all.validation = read_other(*data.validate);
  if (data.test)
    all.test = read_other(*data.test);
  return all;
}

data::dataset read_training_rows(job which, const data::pipeline& fitted) {
  which.data.validate.reset();
  which.data.test.reset();
  return read_data(which, &fitted).train;
}

} // namespace dk
