#include "jobs/models/export_model.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "jobs/models/known_model.hpp"
#include "nn/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/record/run_folder.hpp"

#include <algorithm>
#include <filesystem>

namespace dk {

namespace {

namespace fs = std::filesystem;

// Whether dk has what the file names: then the file that is written can name it, too.
bool is_trainable(const nn::loaded_model& model) {
  const auto has = [](const std::vector<std::string>& all, const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  const auto known = nn::loss_names();
  const auto& losses = model.loss.losses;
  return !losses.empty() && has(nn::optimizer_names(), model.optimizer.name) &&
         std::all_of(losses.begin(), losses.end(), [&](const spec& loss) { return has(known, loss.name); });
}

template <auto Save>
void save_whole(const std::string& path, const nn::loaded_model& model) {
  const auto optimizer = is_trainable(model) ? model.optimizer : spec{};
  Save(path, model.architecture, model.loss, optimizer, model.weights.data());
}

void save_description(const std::string& path, const nn::loaded_model& model) {
  nn::save_description(path, model.architecture);
}

void save_safetensors(const std::string& path, const nn::loaded_model& model) {
  nn::save_safetensors(path, model.architecture, model.weights.data());
}

void save_onnx(const std::string& path, const nn::loaded_model& model) {
  nn::save_onnx(path, model.architecture, model.weights.data());
}

struct format {
  const char* ending;
  bool has_weights;
  bool describes; // the layers, so that somebody may train them
  void (*save)(const std::string& path, const nn::loaded_model& model);
};

constexpr format formats[] = {{".h5", true, true, save_whole<nn::save_model>},
                              {".keras", true, true, save_whole<nn::save_archive>},
                              {".json", false, true, save_description},
                              {".safetensors", true, false, save_safetensors},
                              {".onnx", true, false, save_onnx}};

const format& format_of(const std::string& path) {
  std::vector<std::string> endings;
  for (const auto& one : formats) {
    if (fs::path{path}.extension() == one.ending)
      return one;
    endings.emplace_back(one.ending);
  }
  throw request_failure{errc::usage, path + ": the extension of " + request_member("out") +
                                         " names the format; expected one of " + join(endings)};
}

std::string file_of(const std::string& model, const std::string& weights) {
  require_model(model);
  if (std::error_code ignored; !fs::is_directory(model, ignored))
    return model;
  const auto folder = open_run_folder(model);
  if (!weights.empty())
    throw request_failure{errc::usage, model +
                                           " is a run's folder, which has weights of its own; name a model file with " +
                                           request_member("weights")};
  if (!fs::exists(folder.model()) && fs::exists(folder.model_of(0)))
    throw failure{errc::usage, model + " holds several models; name one of their files, as in " + folder.model_of(0)};
  if (!fs::exists(folder.model()))
    throw no_model_yet(model);
  return folder.model();
}

} // namespace

void export_model(const std::string& model, const std::string& out, const std::string& weights) {
  const auto& to = format_of(out);
  const auto path = file_of(model, weights);
  const auto read = nn::load_model(path, weights);
  if (to.has_weights && nn::lacks_weights(read))
    throw request_failure{errc::model,
                          path + ": holds no weights; name a file that does with " + request_member("weights")};
  if (to.describes)
    nn::require_trainable(read, path);
  to.save(out, read);
}

} // namespace dk
