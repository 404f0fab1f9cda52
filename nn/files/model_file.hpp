#pragma once

#include "nn/model/architecture.hpp"
#include "nn/objective.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// Writes the HDF5 file that Keras 2's load_model reads: model_config, training_config and the group model_weights.
/// `weights` as model::all_weights() has them. An optimizer without a name: there is no training_config. As all that is
/// saved here, it is written beside `path` and renamed, so `path` is never half a file.
/// @throws failure (resources) when it cannot be written, (config, shape) when the architecture is not one
void save_model(const std::string& path, const architecture& from, const objective& loss, const spec& optimizer,
                const float* weights);

/// The same with a remark in it, which Keras does not read. @throws as save_model
void save_remarked_model(const std::string& path, const architecture& from, const objective& loss,
                         const spec& optimizer, const float* weights, const std::string& remark);

/// The remark that was saved in a file; "" where there is none.
/// @throws failure (model) for what is no HDF5 file, or no such file
std::string remark_in(const std::string& path);

/// Writes the .keras file that Keras 3's load_model reads, with its parts as above. The optimizer's `decay` becomes a
/// schedule. @throws as save_model; (model) for what Keras 3 has no word for
void save_archive(const std::string& path, const architecture& from, const objective& loss, const spec& optimizer,
                  const float* weights);

/// Writes the description alone, as the JSON that Keras 2's to_json gives. @throws as save_model
void save_description(const std::string& path, const architecture& from);

/// Writes the weights alone (nn/files/safetensors.hpp). @throws as save_model
void save_safetensors(const std::string& path, const architecture& from, const float* weights);

/// Writes the model as it predicts (nn/onnx/model.hpp). @throws as save_model; (model) for what ONNX cannot say
void save_onnx(const std::string& path, const architecture& from, const float* weights);

/// What load_model found. How the model was trained is in our words, and empty where the file does not say; whether dk
/// has such a loss or optimizer is for check_objective and check_optimizer to say.
struct loaded_model {
  nn::architecture architecture;
  objective loss;
  spec optimizer;
  std::vector<spec> metrics;
  std::vector<std::string> for_training; ///< what of the file only a training needs, and dk has not: constraints
  std::uint64_t steps = 0;               ///< that its optimizer has taken
  std::vector<float> moments;   ///< of its optimizer, as optimizer::state() has them; empty where there are none
  std::string moments_left_out; ///< why those that the file has are not here; "": they are, or it has none
  std::vector<float> weights;   ///< as model::all_weights() has them; empty where only a description was given
};

/// Whether a file is one that load_model reads, as far as its beginning tells, and no data.
bool is_model_file(const std::string& path);

/// Whether the layers of a model need weights, and the file had none.
bool lacks_weights(const loaded_model& model);

/// @throws failure (model) that names what a training from this file would need and dk has not
void require_trainable(const loaded_model& model, const std::string& path);

/// Reads our own files and those of Keras 1, 2, 3 and tf.keras with a Sequential model, or a functional one that is a
/// chain, of layers we have: HDF5, .keras, or JSON without weights; the kind is told by the content. `weights` is a
/// file to take the weights from in place of its own; it may be a safetensors file, too.
/// @throws failure (model): missing, damaged, cut short, or not supported, with the layer's index and name
loaded_model load_model(const std::string& path, const std::string& weights = "");

} // namespace dk::nn
