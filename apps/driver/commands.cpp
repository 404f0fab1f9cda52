#include "apps/driver/commands.hpp"

#include "apps/driver/data_summary.hpp"
#include "apps/driver/inputs.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/report.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards.hpp"
#include "nn/model_file.hpp"
#include "nn/network.hpp"
#include "nn/summary.hpp"
#include "runtime/evaluation.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace dk {

namespace {

namespace fs = std::filesystem;

spec source_for(const known_model& model, const std::string& data) {
  if (!data.empty())
    return model.train ? data::with_features_of(parse_source(data), *model.train) : parse_source(data);
  if (!model.test)
    throw failure{errc::usage, "there is no test data to evaluate on; name some with --data"};
  return *model.test;
}

// Nothing where the labels are no classes, as in a regression.
std::optional<scores> scores_of(std::size_t wide, const std::vector<float>& outputs, const data::dataset& rows) {
  const auto labels = label_classes(rows.labels.data(), rows.rows, rows.label_width, std::max<std::size_t>(wide, 2));
  if (!labels)
    return std::nullopt;
  return score(outputs, wide, *labels);
}

} // namespace

int evaluate_command(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  const auto model = load_trained_model(options.model, options.weights);
  const auto rows = read_source(source_for(model, options.data), model.fitted);
  const auto loss = model.file.loss.empty() ? nn::objective{"categorical_crossentropy"} : model.file.loss;
  const auto outputs = outputs_of(model, rows);
  const nn::network shape{model.file.architecture};
  const bool one_output = shape.output_sizes().size() == 1;
  const auto wide = shape.output_sizes().front();
  if (one_output && rows.label_width == 1 && wide > 1)
    data::check_labels(rows, wide);
  auto found = evaluate({model.file.architecture, model.weights, model.models}, loss, model.metrics, rows);
  const auto more = one_output ? scores_of(wide, outputs, rows) : std::nullopt;
  if (more) // they have these, and the whole curve
    for (const auto* name : {"precision", "recall", "f1", "auc"})
      found.others.erase(name);
  const auto names = class_names(model);
  if (options.json) {
    auto all = to_json(found);
    if (more)
      all.update(to_json(*more, names));
    fmt::print("{}\n", all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{} on {} rows\n{}", to_text(found), with_commas(found.rows), more ? to_text(*more, names) : "");
  }
  return 0;
}

int summary_command(const std::string& what) {
  set_up_log(verbosity::normal);
  const bool is_run = fs::is_directory(what) && !data::shards::is_folder(what);
  if (is_run || nn::is_model_file(what)) {
    fmt::print("{}", nn::summary(load_known_model(what).file.architecture));
  } else {
    fmt::print("{}", data_summary(data::read(with_all_columns(parse_source(what)))));
  }
  return 0;
}

} // namespace dk
