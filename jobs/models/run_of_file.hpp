#pragma once

#include "common/spec.hpp"
#include "jobs/models/known_model.hpp"

#include <functional>

namespace dk {

// A model file in a run's folder is used without what the folder says of it: transforms, label, names of columns.

/// Warns that the transforms of its run are not applied to rows of this source.
void warn_of_transforms(const known_model& model, const spec& source);

/// Works on rows. A failure that they do not fit (data, shape) ends with the advice to name the run's folder.
void advise_run(const known_model& model, const std::function<void()>& work);

} // namespace dk
