#pragma once

#include "common/block.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/config/job.hpp"

#include <string>

namespace dk {

/// Lets a model file say what the config has left to it: optimizer, loss and metrics. What the file does not say stays
/// as it is. @param path the file's, for errors
/// @return what a person should know, or ""
/// @throws failure (model) for an optimizer or a loss that dk has not
std::string adopt_defaults(job& which, const nn::loaded_model& from, const std::string& path);

/// How far a file's optimizer has come, where the config leaves the optimizer to the file: the steps that it has taken
/// become the key `iterations`, and its moments go to who trains a model alone.
struct adopted_state {
  block moments;      ///< empty where none are taken
  std::string notice; ///< what of it is not taken, as one line; "": nothing
};

adopted_state adopt_state(job& which, const nn::loaded_model& from, const std::string& path);

} // namespace dk
