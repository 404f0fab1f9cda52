#include "common/error.hpp"
#include "common/replace_file.hpp"
#include "nn/files/model_file.hpp"
#include "nn/files/safetensors.hpp"
#include "nn/keras/archive.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/keras/keras_3.hpp"
#include "nn/keras/order.hpp"
#include "nn/keras/training_config.hpp"
#include "nn/model/wiring.hpp"
#include "nn/onnx/model.hpp"

#include <map>

namespace dk::nn {

namespace {

using nlohmann::json;

json training_of(const objective& loss, const spec& optimizer) {
  return optimizer.name.empty() ? json{} : keras::training_config(loss, optimizer);
}

// The layers of `model` lie in our order, which is that of the weights when the file is read here; those of `from` in
// Keras's, which finds weights by the order of `layer_names`.
void write_hdf5(const std::string& path, const json& model, const keras::ordered_model& from, const json& training,
                const std::string& remark) {
  const keras::h5_silence silence;
  const auto file = keras::create_file(path);
  keras::write_text(file, "keras_version", std::string{keras::written_version});
  keras::write_text(file, "backend", "tensorflow");
  keras::write_text(file, "model_config", model.dump());
  if (!training.is_null())
    keras::write_text(file, "training_config", training.dump());
  if (!remark.empty())
    keras::write_text(file, keras::remark_attribute, remark);
  const auto group = keras::create_group(file, "model_weights");
  keras::write_text(group, "keras_version", std::string{keras::written_version});
  keras::write_text(group, "backend", "tensorflow");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    const auto& layer = *from.layers[i];
    const auto* weights = from.weights[i];
    names.push_back(layer.name());
    const auto to = keras::create_group(group, layer.name());
    std::vector<std::string> arrays;
    for (const auto& array : layer.arrays()) {
      arrays.push_back(layer.name() + "/" + array.name + ":0");
      keras::write_numbers(to, arrays.back(), array.extents, weights);
      weights += size_of(array.extents);
    }
    keras::write_texts(to, "weight_names", arrays);
  }
  keras::write_texts(group, "layer_names", names);
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
    throw failure{errc::resources, "cannot be written to its end; is the disk full?"};
}

// layers/dense/vars/0: the groups are named by the classes of layers and counted, whatever the layers are called.
std::string numbered_weights(const keras::ordered_model& from) {
  const keras::h5_silence silence;
  const auto file = keras::create_image();
  const auto group = keras::create_group(file, "layers");
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    const auto arrays = from.layers[i]->arrays();
    const auto& kind = from.of.layers[i].name; // Keras's, too, of every class that has weights
    const auto number = seen[kind]++;
    if (arrays.empty())
      continue;
    const auto layer = keras::create_group(group, number == 0 ? kind : kind + "_" + std::to_string(number));
    const auto to = keras::create_group(layer, "vars");
    const auto* weights = from.weights[i];
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      keras::write_numbers(to, std::to_string(k), arrays[k].extents, weights);
      weights += size_of(arrays[k].extents);
    }
  }
  return keras::bytes_of_image(file);
}

} // namespace

void save_model(const std::string& path, const architecture& from, const objective& loss, const spec& optimizer,
                const float* weights) {
  save_remarked_model(path, from, loss, optimizer, weights, "");
}

void save_remarked_model(const std::string& path, const architecture& from, const objective& loss,
                         const spec& optimizer, const float* weights, const std::string& remark) {
  const auto model = keras::model_config(from, make_layers(from));
  const auto ordered = keras::in_keras_order(from, weights);
  const auto training = training_of(loss, optimizer);
  replace_file(path, [&](const std::string& draft) { write_hdf5(draft, model, ordered, training, remark); });
}

void save_archive(const std::string& path, const architecture& from, const objective& loss, const spec& optimizer,
                  const float* weights) {
  const auto model = keras::in_keras_order(from, weights);
  const auto config = keras::keras_3_config(keras::model_config(model.of, model.layers), training_of(loss, optimizer),
                                            wire(model.of), model.layers);
  const json metadata{{"keras_version", keras::written_version_3}};
  replace_file(path, keras::encode_archive({metadata.dump(), config.dump(), numbered_weights(model)}));
}

void save_description(const std::string& path, const architecture& from) {
  auto model = keras::model_config(from, make_layers(from));
  model["keras_version"] = keras::written_version;
  model["backend"] = "tensorflow";
  replace_file(path, model.dump(2) + '\n');
}

void save_safetensors(const std::string& path, const architecture& from, const float* weights) {
  replace_file(path, encode_safetensors(make_layers(from), weights));
}

void save_onnx(const std::string& path, const architecture& from, const float* weights) {
  replace_file(path, onnx::encode_model(from, weights));
}

} // namespace dk::nn
