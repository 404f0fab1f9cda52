#include "nn/model_file.hpp"

#include "common/error.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/stack.hpp"

#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace dk::nn {

namespace {

// Numbers for every weighted layer, in order, from the groups that carry any.
std::vector<float> read_weights(hid_t group, const layer_stack& layers, std::size_t file_bytes) {
  std::vector<std::string> groups;
  for (const auto& name : keras::read_texts(group, "layer_names"))
    if (!keras::read_texts(keras::open_group(group, name), "weight_names").empty())
      groups.push_back(name);
  std::vector<float> weights;
  auto next = groups.begin();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto arrays = layers[i]->arrays();
    if (arrays.empty())
      continue;
    const auto who = "layer " + std::to_string(i) + " (" + layers[i]->name() + "): ";
    if (next == groups.end())
      throw failure{errc::model, who + "the file has no weights for it"};
    try {
      const auto from = keras::open_group(group, *next);
      const auto names = keras::read_texts(from, "weight_names");
      if (names.size() != arrays.size())
        throw failure{errc::model,
                      "needs " + std::to_string(arrays.size()) + " arrays, found " + std::to_string(names.size())};
      for (std::size_t k = 0; k < arrays.size(); ++k) {
        const auto first = weights.size();
        const auto count = size_of(arrays[k].extents);
        keras::check_extents(from, names[k], arrays[k].extents);
        if (count / 256 > file_bytes) // even packed numbers take some room
          throw failure{errc::model, "\"" + names[k] + "\" is larger than the file"};
        weights.resize(first + count);
        keras::read_numbers(from, names[k], weights.data() + first);
      }
    } catch (const failure& why) {
      throw failure{errc::model, who + "group \"" + *next + "\": " + why.what()};
    }
    ++next;
  }
  if (next != groups.end())
    throw failure{errc::model, "the group \"" + *next + "\" has weights, but no layer is left to take them"};
  return weights;
}

nlohmann::json parse(const std::string& text, const std::string& what) {
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded())
    throw failure{errc::model, "the attribute \"" + what + "\" is not JSON"};
  return parsed;
}

loaded_model read(const std::string& path, std::size_t file_bytes) {
  const keras::h5_silence silence;
  const auto file = keras::open_file(path);
  if (!keras::has_attribute(file, "model_config"))
    throw failure{errc::model, "it holds weights only, or is no Keras model: there is no model_config"};
  if (keras::has_attribute(file, "keras_version"))
    if (const auto version = keras::read_text(file, "keras_version"); version.rfind("2.", 0) != 0)
      throw failure{errc::model, "written by Keras " + version + "; only files of Keras 2 are supported"};
  loaded_model loaded;
  loaded.architecture = keras::read_model_config(parse(keras::read_text(file, "model_config"), "model_config"));
  if (keras::has_attribute(file, "training_config"))
    loaded.loss = keras::read_loss(parse(keras::read_text(file, "training_config"), "training_config"));
  const auto layers = make_layers(loaded.architecture);
  loaded.weights = read_weights(keras::open_group(file, "model_weights"), layers, file_bytes);
  return loaded;
}

void write(const std::string& path, const architecture& of, const layer_stack& layers, const nlohmann::json& training,
           const float* weights) {
  const keras::h5_silence silence;
  const auto file = keras::create_file(path);
  keras::write_text(file, "keras_version", std::string{keras::written_version});
  keras::write_text(file, "backend", "tensorflow");
  keras::write_text(file, "model_config", keras::model_config(of, layers).dump());
  keras::write_text(file, "training_config", training.dump());
  const auto group = keras::create_group(file, "model_weights");
  keras::write_text(group, "keras_version", std::string{keras::written_version});
  keras::write_text(group, "backend", "tensorflow");
  std::vector<std::string> names;
  for (const auto& layer : layers) {
    names.push_back(layer->name());
    const auto to = keras::create_group(group, layer->name());
    std::vector<std::string> arrays;
    for (const auto& array : layer->arrays()) {
      arrays.push_back(layer->name() + "/" + array.name + ":0");
      keras::write_numbers(to, arrays.back(), array.extents, weights);
      weights += size_of(array.extents);
    }
    keras::write_texts(to, "weight_names", arrays);
  }
  keras::write_texts(group, "layer_names", names);
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
    throw failure{errc::resources, "cannot be written to its end; is the disk full?"};
}

} // namespace

void save_model(const std::string& path, const architecture& from, std::string_view loss, const spec& optimizer,
                const float* weights) {
  const auto layers = make_layers(from);
  const auto training = keras::training_config(loss, optimizer);
  const auto beside = path + "." + std::to_string(getpid()) + ".part";
  try {
    write(beside, from, layers, training, weights);
    std::filesystem::rename(beside, path);
  } catch (const std::exception& why) {
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    throw failure{errc::resources, path + ": " + why.what()};
  }
}

loaded_model load_model(const std::string& path) {
  std::error_code problem;
  const auto bytes = std::filesystem::file_size(path, problem);
  if (problem)
    throw failure{errc::model, path + ": " + problem.message()};
  try {
    return read(path, bytes);
  } catch (const failure& why) {
    throw failure{errc::model, path + ": " + why.what()};
  } catch (const nlohmann::json::exception& why) {
    throw failure{errc::model, path + ": the model's description is damaged: " + std::string{why.what()}};
  }
}

} // namespace dk::nn
