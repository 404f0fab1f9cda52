#include "nn/files/model_file.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/files/file_kind.hpp"
#include "nn/files/safetensors.hpp"
#include "nn/keras/archive.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/optimizer_state.hpp"
#include "nn/keras/training_config.hpp"
#include "nn/keras/weights.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <fstream>

namespace dk::nn {

namespace {

using keras::parse;
using keras::refuse;
using nlohmann::json;

/// What a file says beside its weights.
struct description {
  json model;
  json training;
  std::string version;

  keras::generation by() const { return keras::generation_of(model, version); }
};

std::string text_or_nothing(hid_t of, const char* attribute) {
  return keras::has_attribute(of, attribute) ? keras::read_text(of, attribute) : std::string{};
}

constexpr const char* weights_only = "it holds weights only, or is no Keras model: there is no model_config; name the "
                                     "file of the model, and this one as "
                                     "its weights";

description describe(hid_t file) {
  if (!keras::has_attribute(file, "model_config"))
    refuse(weights_only);
  description found;
  found.model = parse(keras::read_text(file, "model_config"), "the attribute \"model_config\"");
  if (keras::has_attribute(file, "training_config"))
    found.training = parse(keras::read_text(file, "training_config"), "the attribute \"training_config\"");
  found.version = text_or_nothing(file, "keras_version");
  return found;
}

description describe(const keras::archive& from) {
  description found;
  found.model = parse(from.config, "the entry \"config.json\"");
  found.training = keras::at(found.model, "compile_config");
  if (!from.metadata.empty())
    if (const auto metadata = parse(from.metadata, "the entry \"metadata.json\"");
        keras::at(metadata, "keras_version").is_string())
      found.version = metadata["keras_version"].get<std::string>();
  return found;
}

// Both of a model file at once: the description, and, unless others are wanted, the weights.
class model_reader {
public:
  loaded_model read(const std::string& path, const std::string& weights_path) {
    const keras::h5_silence silence;
    const auto size = size_of_file(path);
    const bool with_weights = weights_path.empty();
    const auto kind = kind_of(path);
    if (kind == file_kind::safetensors)
      refuse(weights_only);
    if (kind == file_kind::text) {
      begin({parse(content_of(path), "the file"), {}, {}});
    } else if (kind == file_kind::archive) {
      const auto archive = keras::read_archive(content_of(path));
      begin(describe(archive));
      if (with_weights) {
        const auto file = keras::open_image(archive.weights);
        take_weights(file, archive.weights.size());
        take_state(file);
      }
    } else {
      const auto file = keras::open_file(path);
      begin(describe(file));
      if (with_weights) {
        take_weights(file, size);
        take_state(file);
      }
    }
    if (!with_weights)
      take_weights_of(weights_path);
    return std::move(loaded_);
  }

private:
  void begin(const description& found) {
    by_ = found.by();
    loaded_.architecture = keras::read_model_config(found.model, by_, &loaded_.for_training);
    loaded_.loss = keras::read_loss(found.training, loaded_.architecture.outputs);
    loaded_.optimizer = keras::read_optimizer(found.training);
    loaded_.metrics = keras::read_metrics(found.training);
    for (auto& one : keras::check_training(found.training, loaded_.architecture.outputs))
      loaded_.for_training.push_back(std::move(one));
    layers_ = make_layers(loaded_.architecture);
  }

  void take_weights(hid_t file, std::size_t bytes) {
    loaded_.weights = keras::read_weights(file, loaded_.architecture, layers_, by_, bytes);
  }

  void take_state(hid_t file) {
    auto state = keras::read_optimizer_state(file, loaded_.optimizer, layers_);
    loaded_.steps = state.steps;
    loaded_.moments = std::move(state.moments);
    loaded_.moments_left_out = std::move(state.left_out);
  }

  void take_weights_of(const std::string& path) {
    try {
      const auto size = size_of_file(path);
      const auto kind = kind_of(path);
      if (kind == file_kind::safetensors) {
        loaded_.weights = decode_safetensors(content_of(path), layers_);
        return;
      }
      if (kind != file_kind::archive)
        return take_weights(keras::open_file(path), size);
      const auto archive = keras::read_archive(content_of(path));
      take_weights(keras::open_image(archive.weights), archive.weights.size());
    } catch (const failure& why) {
      refuse("its weights " + path + ": " + why.what());
    }
  }

  keras::generation by_ = keras::generation::keras_2;
  layer_stack layers_;
  loaded_model loaded_;
};

std::string beginning_of(const std::string& path) {
  std::string bytes(std::size_t{64} << 10U, '\0');
  std::ifstream in{path, std::ios::binary};
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

// The name of a zip's first entry.
std::string_view first_entry(std::string_view zip) {
  constexpr std::size_t length_at = 26;
  constexpr std::size_t name_at = 30;
  if (zip.size() < name_at)
    return {};
  const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(zip[at])}; };
  return zip.substr(name_at, byte(length_at) | byte(length_at + 1) << 8U);
}

bool holds_model(const std::string& path) {
  const keras::h5_silence silence;
  if (H5Fis_hdf5(path.c_str()) <= 0)
    return true; // a damaged one, which load_model tells of
  const auto file = keras::open_file(path);
  return keras::has_attribute(file, "model_config") || keras::has_attribute(file, "layer_names") ||
         keras::has_member(file, "layers");
}

} // namespace

// What begins as a model may be data.
bool is_model_file(const std::string& path) {
  switch (kind_of(path)) {
  case file_kind::text: // JSON lines
    return beginning_of(path).find("\"class_name\"") != std::string::npos;
  case file_kind::archive: // arrays of numpy
    return first_entry(beginning_of(path)).find(".npy") == std::string::npos;
  case file_kind::hdf5: // other data sets
    return holds_model(path);
  case file_kind::safetensors:
    return true;
  default:
    return false;
  }
}

bool lacks_weights(const loaded_model& model) {
  const auto layers = make_layers(model.architecture);
  return model.weights.empty() &&
         std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return weights_of(*layer) > 0; });
}

void require_trainable(const loaded_model& model, const std::string& path) {
  if (!model.for_training.empty())
    throw failure{errc::model, path + ": cannot be trained from as it says: " + model.for_training.front()};
}

std::string remark_in(const std::string& path) {
  try {
    const keras::h5_silence silence;
    return text_or_nothing(keras::open_file(path), keras::remark_attribute);
  } catch (const failure& why) {
    throw failure{errc::model, path + ": " + why.what()};
  }
}

loaded_model load_model(const std::string& path, const std::string& weights) {
  try {
    return model_reader{}.read(path, weights);
  } catch (const failure& why) {
    throw failure{errc::model, path + ": " + why.what()};
  } catch (const nlohmann::json::exception& why) {
    throw failure{errc::model, path + ": the model's description is damaged: " + std::string{why.what()}};
  }
}

} // namespace dk::nn
