#pragma once

#include "nn/model_file.hpp"
#include "runtime/job.hpp"

#include <string>

namespace dk {

/// Lets a model file say what the config has left to it: optimizer, loss and metrics. What the file does not say stays
/// as it is. @param path the file's, for errors
/// @return what a person should know, or ""
/// @throws failure (model) for an optimizer or a loss that dk has not
std::string adopt_defaults(job& which, const nn::loaded_model& from, const std::string& path);

} // namespace dk
