#pragma once

#include <string>

namespace dk {

/// Does all that `dk_driver export` does: writes a model in another format.
/// @param model a run's folder or a model file
/// @param out a .h5, .keras, .json, .safetensors or .onnx
/// @param weights a file to take a model file's weights from; empty: its own
/// @throws failure (usage) for an unknown extension or a folder of several models; (model, resources)
void export_model(const std::string& model, const std::string& out, const std::string& weights = "");

} // namespace dk
