#pragma once

#include "runtime/config/job.hpp"
#include "runtime/config/section.hpp"

namespace dk {

/// Reads [trainer]. @throws failure (config)
void read_trainer(const section& in, trainer_config& trainer);

/// What decides by held-out rows needs some, and to look at them in time. @throws failure (config)
void check_validation(const section& in, const job& all);

} // namespace dk
