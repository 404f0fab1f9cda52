#include "apps/driver/evaluate.hpp"

#include "apps/driver/data_of_run.hpp"
#include "apps/driver/label_of_run.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/output_scores.hpp"
#include "apps/driver/report.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/pick.hpp"
#include "nn/kernels/softmax.hpp"
#include "nn/model.hpp"
#include "runtime/rows/evaluation.hpp"
#include "runtime/rows/row_results.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

data_for_model data_to_measure(const known_model& model, const std::string& data) {
  if (!data.empty())
    return data_for(model, data, {"features", "label"});
  if (!model.test)
    throw failure{errc::usage, model.path + " has no test data; give --data"};
  return data_for(model, *model.test);
}

// What a model that names no loss is measured with.
const char* loss_for(nn::answer_kind answers) {
  return answers == nn::answer_kind::choice ? "categorical_crossentropy"
         : answers == nn::answer_kind::each ? "binary_crossentropy"
                                            : "mean_squared_error";
}

bool names_metric(const std::vector<spec>& metrics, const char* name) {
  return std::any_of(metrics.begin(), metrics.end(), [&](const spec& one) { return one.name == name; });
}

void check_loss_of(const known_model& model, const nn::objective& loss) {
  try {
    nn::check_objective(loss);
  } catch (const failure& why) {
    throw failure{errc::model, model.path + ": the loss that it was trained with is not supported: " + why.what()};
  }
}

bool is_from_logits(const nn::objective& loss) {
  return nn::value_or(loss.loss_of(0), "from_logits", false);
}

// The area under the curve wants probabilities: of a choice the scores have it.
void measure_logits(std::vector<spec>& metrics, nn::answer_kind answers) {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [](const spec& one) { return one == spec{"auc"}; });
  if (found == metrics.end())
    return;
  if (answers == nn::answer_kind::choice)
    metrics.erase(found);
  else
    found->keys["from_logits"] = true;
}

// The job's metrics, and of a single output that decides those that every classifier is asked for.
row_model measured_model(const known_model& model, const std::vector<output_meaning>& outputs, const spec& source) {
  auto all = row_model_of(model);
  all.measured = true;
  all.loss = model.file.loss;
  if (all.loss.empty())
    for (const auto& one : outputs)
      all.loss.losses.push_back({std::string{loss_for(one.kind)}});
  all.metrics = model.metrics;
  all.weighted = data::weights_of(source) == data::weight_use::required;
  if (outputs.size() == 1 && outputs.front().kind != nn::answer_kind::numbers)
    for (const auto* name : {"precision", "recall", "f1", "auc"})
      if (!names_metric(all.metrics, name))
        all.metrics.push_back({name});
  if (is_from_logits(all.loss) && outputs.size() == 1)
    measure_logits(all.metrics, outputs.front().kind);
  check_loss_of(model, all.loss);
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
      throw failure{errc::data,
                    "the labels differ in kind from those of earlier rows; give data that belongs together"};
    all.sums += result.found;
    all.others->add(result.counts);
    append(all.outputs, result.rows, "output");
    append(all.labels, result.rows, "label");
  }
  return all;
}

/// What an output did in more than one number.
struct detail {
  nlohmann::json json = nlohmann::json::object();
  std::string text;
  std::string means; // what the numbers above it are means over
};

// What the scores are of: probabilities, also where the loss takes logits.
std::vector<float> probabilities(std::vector<float> outputs, std::size_t width, bool from_logits) {
  if (from_logits)
    nn::softmax(outputs.data(), outputs.size() / width, width);
  return outputs;
}

detail details_of_classes(const output_meaning& of, const all_found& found, const spec& auc, bool from_logits) {
  if (from_logits && of.size == 1)
    return {}; // whose decisions Keras counts from logits of 0.5 on
  const auto labels =
      label_classes(found.labels.data(), found.sums.rows, found.label_width, std::max<std::size_t>(of.size, 2));
  if (!labels)
    return {};
  const auto scored = score(probabilities(found.outputs, of.size, from_logits), of.size, *labels, auc);
  return {to_json(scored, of.classes), to_text(scored, of.classes), of.size > 2 ? "classes" : ""};
}

// In the label's own units, whatever it was trained in.
detail details_of_numbers(const known_model& model, const output_meaning& of, const all_found& found) {
  if (found.label_width != of.size)
    return {};
  const auto way = label_way(model);
  const auto in_units = [&](const std::vector<float>& numbers) {
    return in_label_units(way, block::copy_of(numbers.data(), numbers.size()), of.size);
  };
  auto names = of.labels;
  if (names.empty() && model.train)
    names = data::label_names(*model.train);
  const auto scored =
      score_numbers(in_units(found.outputs).data(), in_units(found.labels).data(), found.sums.rows, of.size);
  return {{{"numbers", to_json(scored, names)}}, to_text(scored, names), {}};
}

detail details_of(const known_model& model, const std::vector<output_meaning>& outputs, const all_found& found,
                  const row_model& measured) {
  if (outputs.size() > 1)
    return {};
  const auto& of = outputs.front();
  if (of.kind == nn::answer_kind::numbers)
    return details_of_numbers(model, of, found);
  const auto& metrics = measured.metrics;
  const auto named = std::find_if(metrics.begin(), metrics.end(), [](const spec& one) { return one.name == "auc"; });
  if (of.kind == nn::answer_kind::choice || of.size == 1)
    return details_of_classes(of, found, named == metrics.end() ? spec{"auc"} : *named, is_from_logits(measured.loss));
  if (is_from_logits(measured.loss))
    return {};
  const auto scored = score_labels(found.outputs, found.labels, of.size, *named);
  return {{{"labels", to_json(scored, of.labels)}}, to_text(scored, of.labels), "labels"};
}

// The line that a run prints, what every classifier is asked for besides, and the table.
std::string text_of(evaluation found, const known_model& model, const detail& more) {
  std::string besides;
  for (const auto* name : {"f1", "precision", "recall", "auc"})
    if (const auto value = found.others.find(name); value != found.others.end() && !names_metric(model.metrics, name)) {
      besides += fmt::format("{}{} {:.4f}", besides.empty() ? "" : ", ", name, value->second);
      found.others.erase(value);
    }
  if (const auto loss = more.json.find("log_loss"); loss != more.json.end() && loss->is_number())
    besides += fmt::format("{}log loss {:.4f}", besides.empty() ? "" : ", ", loss->get<double>());
  if (!besides.empty())
    besides += (more.means.empty() ? "" : " (means over the " + more.means + ')') + '\n';
  return fmt::format("{} on {} rows\n{}{}", to_text(found), with_commas(found.rows), besides, more.text);
}

} // namespace

int evaluate_command(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  const auto cluster = cluster_of(options.nodes);
  const auto model = load_trained_model(options.model, options.weights);
  const auto what = data_to_measure(model, options.data);
  const auto rows = data::open(what.source);
  const auto outputs = outputs_of(model);
  const auto measured = measured_model(model, outputs, what.source);
  const auto crew = make_row_crew(cluster, [](const std::string& text) { log()->warn("{}", text); });
  row_results results{*crew, {what.transforms, false, measured}, *rows};
  const auto all = measure(results, measured);
  if (all.sums.rows == 0)
    throw failure{errc::data, what.source.keys.value("path", what.source.name) +
                                  ": has no rows to evaluate on; give data to work on"};
  const auto values = all.others->values();
  const evaluation found{all.sums, {values.begin(), values.end()}};
  const auto more = details_of(model, outputs, all, measured);
  if (options.json) {
    auto as_json = to_json(found);
    as_json.update(more.json);
    print(as_json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
  } else {
    print(text_of(found, model, more));
  }
  return 0;
}

} // namespace dk
