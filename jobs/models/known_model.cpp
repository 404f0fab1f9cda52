#include "jobs/models/known_model.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "jobs/models/fitted_pipeline.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/run_folder.hpp"

#include <filesystem>

namespace dk {

namespace {

namespace fs = std::filesystem;

// What the run's transforms were fitted to, or as they are where they learned nothing.
data::pipeline pipeline_of(const run_folder& folder, const job& which) {
  if (auto fitted = fitted_pipeline(folder, which))
    return *std::move(fitted);
  data::pipeline unfitted;
  for (const auto& transform : which.data.transforms)
    unfitted.push_back({transform, nlohmann::json::object()});
  return unfitted;
}

known_model load_run(const std::string& path) {
  const auto folder = open_run_folder(path);
  const auto which = load_job(folder.config(), {}, [](const std::string&) { return std::nullopt; });
  if (std::error_code ignored; !fs::exists(is_ensemble(which) ? folder.model_of(0) : folder.model(), ignored))
    throw which.laboratory.dry
        ? failure{errc::model, path + ": is a dry run of the laboratory, which has no model; name another run"}
        : no_model_yet(path);
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
  return {path,
          std::move(files.front()),
          block::joined(weights),
          files.size(),
          which.trainer.metrics,
          pipeline_of(folder, which),
          which.data.train,
          which.data.test};
}

} // namespace

void require_model(const std::string& path) {
  if (path.empty())
    throw failure{errc::model, "no model is named; name a model file, or a run's folder"};
  if (std::error_code loop; !fs::exists(path, loop) && !loop)
    throw failure{errc::model, path + ": no such file or folder; name a model file, or a run's folder"};
}

failure no_model_yet(const std::string& folder) {
  return {errc::model, folder +
                           ": has no model yet: its training has not ended; wait for it, or go on with: dk_driver "
                           "--resume " +
                           folder};
}

known_model load_known_model(const std::string& path, const std::string& weights) {
  require_model(path);
  if (std::error_code ignored; !fs::is_directory(path, ignored)) {
    auto file = nn::load_model(path, weights);
    const auto all = block::copy_of(file.weights.data(), file.weights.size());
    return {path, std::move(file), all, 1, {}, {}, {}, {}};
  }
  if (!weights.empty())
    throw request_failure{errc::usage, path +
                                           " is a run's folder, which has weights of its own; name a model file with " +
                                           request_member("weights")};
  return load_run(path);
}

known_model load_trained_model(const std::string& path, const std::string& weights) {
  auto model = load_known_model(path, weights);
  if (nn::lacks_weights(model.file))
    throw request_failure{errc::model,
                          path + ": holds no weights; name a file that does with " + request_member("weights")};
  return model;
}

row_model row_model_of(const known_model& model) {
  row_model all;
  all.architecture = model.file.architecture;
  all.weights = model.weights;
  all.models = model.models;
  return all;
}

} // namespace dk
