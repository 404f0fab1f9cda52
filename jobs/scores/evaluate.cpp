#include "jobs/scores/evaluate.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/pick.hpp"
#include "jobs/models/data_of_run.hpp"
#include "jobs/models/run_of_file.hpp"
#include "jobs/scores/evaluation_text.hpp"
#include "jobs/scores/measured_model.hpp"
#include "nn/kernels/softmax.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

data_for_model data_to_measure(const known_model& model, const std::string& data) {
  if (!data.empty())
    return data_for(model, data, {"features", "label"});
  if (!model.test)
    throw request_failure{errc::usage, model.path + " has no test data; give " + request_member("data")};
  return data_for(model, *model.test);
}

spec auc_of(const std::vector<spec>& metrics) {
  const auto named = std::find_if(metrics.begin(), metrics.end(), [](const spec& one) { return one.name == "auc"; });
  return named == metrics.end() ? spec{"auc"} : *named;
}

// What the scores are of: probabilities, also where the loss takes logits.
std::vector<float> probabilities(std::vector<float> outputs, std::size_t width, bool from_logits) {
  if (from_logits)
    nn::softmax(outputs.data(), outputs.size() / width, width);
  return outputs;
}

void score_classes(model_scores& to, const output_meaning& of, const measured_rows& rows, const row_model& measured) {
  const auto labels =
      label_classes(rows.labels.data(), to.found.rows, rows.label_width, std::max<std::size_t>(of.size, 2));
  if (!labels)
    return;
  to.classes = score(probabilities(rows.outputs, of.size, is_from_logits(measured.loss)), of.size, *labels,
                     auc_of(measured.metrics));
  to.names = of.classes;
}

// In the label's own units, whatever it was trained in.
void score_in_units(model_scores& to, const known_model& model, const output_meaning& of, const measured_rows& rows) {
  if (rows.label_width != of.size)
    return;
  const auto way = label_way(model);
  const auto in_units = [&](const std::vector<float>& numbers) {
    return in_label_units(way, block::copy_of(numbers.data(), numbers.size()), of.size);
  };
  to.numbers = score_numbers(in_units(rows.outputs).data(), in_units(rows.labels).data(), to.found.rows, of.size);
  to.names = of.labels;
  if (to.names.empty() && model.train)
    to.names = data::label_names(*model.train);
}

void score_outputs(model_scores& to, const known_model& model, const std::vector<output_meaning>& outputs,
                   const measured_rows& rows, const row_model& measured) {
  switch (score_kind_of(outputs, measured.loss)) {
  case score_kind::none:
    break;
  case score_kind::classes:
    score_classes(to, outputs.front(), rows, measured);
    break;
  case score_kind::labels:
    to.labels = score_labels(rows.outputs, rows.labels, outputs.front().size, auc_of(measured.metrics));
    to.names = outputs.front().labels;
    break;
  case score_kind::numbers:
    score_in_units(to, model, outputs.front(), rows);
  }
}

} // namespace

model_scores evaluate(const evaluate_request& request) {
  const auto model = load_trained_model(request.model, request.weights);
  const auto what = data_to_measure(model, request.data);
  const auto rows = data::open(what.source);
  const auto outputs = outputs_of(model);
  const auto measured = measured_model(model, outputs, what.source);
  const auto crew = make_row_crew(request.where, [](const std::string& text) { log()->warn("{}", text); });
  measured_rows kept;
  model_scores all;
  warn_of_transforms(model, what.source);
  advise_run(model, [&] { all.found = evaluate(*crew, {what.transforms, false, measured}, *rows, &kept); });
  if (all.found.rows == 0)
    throw failure{errc::data, what.source.keys.value("path", what.source.name) +
                                  ": has no rows to evaluate on; give data to work on"};
  all.named_metrics = model.metrics;
  score_outputs(all, model, outputs, kept, measured);
  return all;
}

nlohmann::json to_json(const model_scores& found) {
  auto json = to_json(found.found);
  if (found.classes)
    json.update(to_json(*found.classes, found.names));
  if (!found.labels.empty())
    json["labels"] = to_json(found.labels, found.names);
  if (!found.numbers.empty())
    json["numbers"] = to_json(found.numbers, found.names);
  return json;
}

namespace {

// What the numbers of every classifier are means over.
std::string means_over(const model_scores& all) {
  return all.classes && all.classes->classes.size() > 2 ? "classes" : !all.labels.empty() ? "labels" : "";
}

std::string table_of(const model_scores& all) {
  return all.classes           ? to_text(*all.classes, all.names)
         : !all.labels.empty() ? to_text(all.labels, all.names)
                               : to_text(all.numbers, all.names);
}

} // namespace

// The line that a run prints, what every classifier is asked for besides, and the table.
std::string to_text(const model_scores& all) {
  auto found = all.found;
  std::string besides;
  for (const auto* name : {"f1", "precision", "recall", "auc"})
    if (const auto value = found.others.find(name);
        value != found.others.end() && !has_metric(all.named_metrics, name)) {
      besides += fmt::format("{}{} {:.4f}", besides.empty() ? "" : ", ", name, value->second);
      found.others.erase(value);
    }
  if (all.classes && all.classes->log_loss)
    besides += fmt::format("{}log loss {:.4f}", besides.empty() ? "" : ", ", *all.classes->log_loss);
  if (const auto over = means_over(all); !besides.empty())
    besides += (over.empty() ? "" : " (means over the " + over + ')') + '\n';
  const bool has_table = all.classes || !all.labels.empty() || !all.numbers.empty();
  return fmt::format("{} on {}\n{}{}", to_text(found), counted(found.rows, "row"), besides,
                     has_table ? table_of(all) : "");
}

} // namespace dk
