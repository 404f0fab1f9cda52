#include "apps/driver/known_model.hpp"

#include "common/error.hpp"
#include "data/parallel.hpp"
#include "data/transforms/transform.hpp"
#include "nn/compute_scope.hpp"
#include "nn/ensemble.hpp"
#include "runtime/members.hpp"
#include "runtime/model_of.hpp"
#include "runtime/run_folder.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace dk {

namespace {

namespace fs = std::filesystem;

// What the run's transforms were fitted to. Runs of earlier builds, whose transforms learned nothing, have no such
// file.
data::pipeline pipeline_of(const run_folder& folder, const job& which) {
  if (std::ifstream file{folder.pipeline(), std::ios::binary})
    return data::parse_pipeline(std::string{std::istreambuf_iterator<char>{file}, {}}, folder.pipeline());
  data::pipeline unfitted;
  for (const auto& transform : which.data.transforms)
    unfitted.push_back({transform, nlohmann::json::object()});
  return unfitted;
}

known_model load_run(const std::string& path) {
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
  return {path,           std::move(files.front()),   block::joined(weights),
          files.size(),   pipeline_of(folder, which), which.data.train,
          which.data.test};
}

// The loss has no part in what a model puts out; without a label to measure it needs no more than a name.
nn::ensemble ensemble_of(const known_model& model) {
  return {model.file.architecture, "mean_squared_error", outputs_per_row(model), model.weights, model.models};
}

} // namespace

known_model load_known_model(const std::string& path) {
  if (fs::is_directory(path))
    return load_run(path);
  auto file = nn::load_model(path);
  const auto weights = block::copy_of(file.weights.data(), file.weights.size());
  return {path, std::move(file), weights, 1, {}, {}, {}};
}

std::size_t outputs_per_row(const known_model& model) {
  return nn::model{model.file.architecture, "mean_squared_error", 1}.output_size();
}

std::vector<float> outputs_of(const known_model& model, const data::dataset& rows) {
  constexpr std::size_t together = 256; // rows of a pass in the model: threads part there, so that passes stay the same
  const auto wide = outputs_per_row(model);
  std::vector<float> outputs(rows.rows * wide);
  const auto passes = (rows.rows + together - 1) / together;
  data::over_ranges(passes, 1, [&](std::size_t first, std::size_t last) {
    const nn::compute_scope computing;
    auto models = ensemble_of(model);
    if (models.first().input_size() != rows.feature_width)
      throw failure{errc::shape, model.path + " takes " + std::to_string(models.first().input_size()) +
                                     " numbers, a row of " + rows.origin + " has " +
                                     std::to_string(rows.feature_width) + "; give data of the same columns"};
    const auto from = first * together;
    const auto count = std::min(last * together, rows.rows) - from;
    models.predict(rows.features.data() + from * rows.feature_width, count, outputs.data() + from * wide);
  });
  return outputs;
}

std::vector<std::string> class_names(const known_model& model) {
  for (const auto& [transform, fitted] : model.fitted) {
    if (transform.name != "string_index")
      continue;
    for (const auto& [source, target] : data::transform_columns(transform))
      if (target == "label")
        return data::fitted_words(transform, fitted, source, "words");
  }
  return {};
}

} // namespace dk
