#pragma once

#include "nn/model/model.hpp"
#include "runtime/config/job.hpp"

namespace dk {

/// The architecture that a job asks for. @throws failure (config) for a name in model.trainable that no layer has
nn::architecture architecture_of(const job& which);

/// A job's model, its weights not set. @throws failure (config, shape)
nn::model make_model(const job& which, std::size_t label_width);

} // namespace dk
