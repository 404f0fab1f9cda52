#include "apps/driver/commands.hpp"

#include "apps/driver/data_summary.hpp"
#include "apps/driver/inputs.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards.hpp"
#include "nn/compute_scope.hpp"
#include "nn/ensemble.hpp"
#include "nn/summary.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

namespace dk {

namespace {

namespace fs = std::filesystem;

spec source_for(const known_model& model, const std::string& data) {
  if (!data.empty())
    return parse_source(data);
  if (!model.test)
    throw failure{errc::usage, "there is no test data to evaluate on; name some with --data"};
  return *model.test;
}

bool is_hdf5(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  char magic[4] = {};
  in.read(magic, sizeof magic);
  return std::string_view{magic, 4} == "\x89HDF";
}

// Nothing where the labels are no classes, as in a regression.
std::optional<scores> scores_of(const known_model& model, const data::dataset& rows) {
  const auto wide = outputs_per_row(model);
  const auto labels = label_classes(rows.labels.data(), rows.rows, rows.label_width, std::max<std::size_t>(wide, 2));
  if (!labels)
    return std::nullopt;
  return score(outputs_of(model, rows), wide, *labels);
}

} // namespace

int evaluate_command(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  const auto model = load_known_model(options.model);
  const auto rows = read_source(source_for(model, options.data), model.fitted);
  const auto loss = model.file.loss.empty() ? "categorical_crossentropy" : model.file.loss;
  nn::ensemble models{model.file.architecture, loss, rows.label_width, model.weights, model.models};
  const auto& net = models.first();
  if (net.input_size() != rows.feature_width)
    throw failure{errc::shape, options.model + " takes " + std::to_string(net.input_size()) + " numbers, a row of " +
                                   rows.origin + " has " + std::to_string(rows.feature_width)};
  if (rows.label_width == 1 && net.output_size() > 1)
    data::check_labels(rows, net.output_size());
  const nn::compute_scope computing;
  const auto found = models.evaluate(rows.features.data(), rows.labels.data(), rows.rows);
  const auto names = class_names(model);
  const auto more = scores_of(model, rows);
  if (options.json) {
    nlohmann::json all{{"accuracy", found.accuracy()}, {"loss", found.loss()}, {"rows", found.rows}};
    if (more)
      all.update(to_json(*more, names));
    fmt::print("{}\n", all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("accuracy {:.4f}, loss {:.4f} on {} rows\n{}", found.accuracy(), found.loss(), with_commas(found.rows),
               more ? to_text(*more, names) : "");
  }
  return 0;
}

int summary_command(const std::string& what) {
  set_up_log(verbosity::normal);
  const bool is_run = fs::is_directory(what) && !data::shards::is_folder(what);
  if (is_run || is_hdf5(what)) {
    const auto model = load_known_model(what);
    const auto loss = model.file.loss.empty() ? "mean_squared_error" : model.file.loss;
    const nn::model shape{model.file.architecture, loss, 1};
    fmt::print("{}", nn::summary(shape));
  } else {
    fmt::print("{}", data_summary(data::read(with_all_columns(parse_source(what)))));
  }
  return 0;
}

} // namespace dk
