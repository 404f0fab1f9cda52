#include "apps/driver/commands.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/report.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "nn/compute_scope.hpp"
#include "nn/ensemble.hpp"
#include "nn/model_file.hpp"
#include "nn/summary.hpp"
#include "runtime/members.hpp"
#include "runtime/model_of.hpp"
#include "runtime/run_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace dk {

namespace {

namespace fs = std::filesystem;

// A model, or an ensemble of them, and how its training data was prepared where that is known.
struct known_model {
  nn::loaded_model file; // the first
  block weights;         // of all, one after the other
  std::size_t models = 1;
  std::vector<spec> metrics; // that its job names
  std::vector<spec> transforms;
  std::optional<spec> test;
};

known_model load(const std::string& path, const std::string& weights_path = "") {
  if (!fs::is_directory(path)) {
    auto file = nn::load_model(path, weights_path);
    const auto weights = block::copy_of(file.weights.data(), file.weights.size());
    return {std::move(file), weights, 1, {}, {}, {}};
  }
  if (!weights_path.empty())
    throw failure{errc::usage,
                  path + " is a run's folder, which has weights of its own; name a model file with --weights"};
  const auto folder = open_run_folder(path);
  const auto which = load_job(folder.config(), {}, [](const std::string&) { return std::nullopt; });
  std::vector<nn::loaded_model> files;
  if (is_ensemble(which))
    for (std::size_t i = 0; i < models_of(which); ++i)
      files.push_back(nn::load_model(folder.model_of(i)));
  else
    files.push_back(nn::load_model(folder.model()));
  std::vector<block> weights;
  for (const auto& file : files)
    weights.push_back(block::copy_of(file.weights.data(), file.weights.size()));
  files.front().loss = which.trainer.loss;
  return {std::move(files.front()), block::joined(weights), files.size(),
          which.trainer.metrics,    which.data.transforms,  which.data.test};
}

spec source_for(const known_model& model, const std::string& data) {
  if (!data.empty())
    return parse_source(data);
  if (!model.test)
    throw failure{errc::usage, "there is no test data to evaluate on; name some with --data"};
  return *model.test;
}

void print_columns(const data::table& table) {
  fmt::print("{} rows\n", with_commas(table.rows()));
  for (const auto& column : table.columns()) {
    std::vector<std::string> shape;
    for (const auto n : column.shape)
      shape.push_back(std::to_string(n));
    const auto text = "[" + join(shape) + "]";
    const auto [low, high] = data::visit_values(column, [](const auto* values, std::size_t count) {
      const auto [least, most] = std::minmax_element(values, values + count);
      return count == 0 ? std::pair{0.0, 0.0} : std::pair{static_cast<double>(*least), static_cast<double>(*most)};
    });
    fmt::print("  {:<20} {:<4} {:<12} {} to {}\n", column.name, data::type_name(column), text, low, high);
  }
}

} // namespace

int evaluate_command(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  const auto model = load(options.model, options.weights);
  if (model.weights.size() == 0)
    throw failure{errc::model, options.model + ": holds no weights; name a file that does with --weights"};
  const auto rows = read_source(source_for(model, options.data), model.transforms);
  const auto loss = model.file.loss.empty() ? nn::objective{"categorical_crossentropy"} : model.file.loss;
  nn::ensemble models{model.file.architecture, loss, rows.label_width, model.weights, model.models};
  const auto& net = models.first();
  if (net.input_size() != rows.feature_width)
    throw failure{errc::shape, options.model + " takes " + std::to_string(net.input_size()) + " numbers, a row of " +
                                   rows.origin + " has " + std::to_string(rows.feature_width)};
  if (rows.label_width == 1 && net.output_size() > 1)
    data::check_labels(rows, net.output_size());
  const nn::compute_scope computing;
  auto others = net.measurements_of(model.metrics);
  const auto sums = models.evaluate(rows.features.data(), rows.labels.data(), rows.rows, &others);
  const auto values = others.values();
  const evaluation found{sums, {values.begin(), values.end()}};
  if (options.json)
    fmt::print("{}\n", to_json(found).dump());
  else
    fmt::print("{} on {} rows\n", to_text(found), with_commas(found.rows));
  return 0;
}

int summary_command(const std::string& what) {
  set_up_log(verbosity::normal);
  if (fs::is_directory(what) || nn::is_model_file(what)) {
    fmt::print("{}", nn::summary(load(what).file.architecture));
  } else {
    print_columns(data::read(parse_source(what)));
  }
  return 0;
}

} // namespace dk
