#include "apps/driver/evaluate.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/report.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "nn/model.hpp"
#include "runtime/evaluation.hpp"
#include "runtime/row_results.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

spec source_for(const known_model& model, const std::string& data) {
  if (!data.empty())
    return model.train ? data::with_features_of(parse_source(data), *model.train) : parse_source(data);
  if (!model.test)
    throw failure{errc::usage, "there is no test data to evaluate on; name some with --data"};
  return *model.test;
}

row_model measured_model(const known_model& model, const spec& source) {
  auto all = row_model_of(model);
  all.measured = true;
  all.loss = model.file.loss.empty() ? nn::objective{"categorical_crossentropy"} : model.file.loss;
  all.metrics = model.metrics;
  all.weighted = data::weights_of(source) == data::weight_use::required;
  return all;
}

/// What was found on some rows, and what the model put out for them.
struct all_found {
  nn::metrics sums;
  std::optional<nn::measurements> others;
  std::vector<float> outputs;
  std::vector<float> labels;
  std::size_t label_width = 0;
};

void append(std::vector<float>& to, const data::table& from, const char* column) {
  const auto numbers = data::as_floats(from.at(column));
  to.insert(to.end(), numbers.begin(), numbers.end());
}

all_found measure(row_results& rows, const row_model& model) {
  all_found all;
  while (const auto some = rows.next()) {
    const auto& result = some->result;
    if (result.rows.rows() == 0)
      continue; // filtered out
    const auto label_width = data::width(result.rows.at("label"));
    if (!all.others) {
      all.label_width = label_width;
      all.others = nn::model{model.architecture, model.loss, label_width}.measurements_of(model.metrics);
    }
    if (label_width != all.label_width || result.found.rows != result.rows.rows())
      throw failure{errc::data, "rows have other labels than those before; give data that belongs together"};
    all.sums += result.found;
    all.others->add(result.counts);
    append(all.outputs, result.rows, "output");
    append(all.labels, result.rows, "label");
  }
  return all;
}

// Nothing where the labels are no classes, as in a regression, and of several outputs.
std::optional<scores> scores_of(const std::vector<std::size_t>& sizes, const all_found& found) {
  if (sizes.size() > 1)
    return std::nullopt;
  const auto wide = sizes.front();
  const auto labels =
      label_classes(found.labels.data(), found.sums.rows, found.label_width, std::max<std::size_t>(wide, 2));
  if (!labels)
    return std::nullopt;
  return score(found.outputs, wide, *labels);
}

} // namespace

int evaluate_command(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  const auto cluster = cluster_of(options.nodes);
  const auto model = load_trained_model(options.model, options.weights);
  const auto source = source_for(model, options.data);
  const auto rows = data::open(source);
  const auto measured = measured_model(model, source);
  const auto crew = make_row_crew(cluster, [](const std::string& text) { log()->warn("{}", text); });
  row_results results{*crew, {still_to_apply(model.fitted, source), false, measured}, *rows};
  const auto all = measure(results, measured);
  if (all.sums.rows == 0)
    throw failure{errc::data, source.name + ": has no rows to evaluate on; give data to work on"};
  const auto values = all.others->values();
  evaluation found{all.sums, {values.begin(), values.end()}};
  const auto more = scores_of(nn::network{measured.architecture}.output_sizes(), all);
  if (more) // they have these, and the whole curve
    for (const auto* name : {"precision", "recall", "f1", "auc"})
      found.others.erase(name);
  const auto names = class_names(model);
  if (options.json) {
    auto as_json = to_json(found);
    if (more)
      as_json.update(to_json(*more, names));
    fmt::print("{}\n", as_json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{} on {} rows\n{}", to_text(found), with_commas(found.rows), more ? to_text(*more, names) : "");
  }
  return 0;
}

} // namespace dk
