#pragma once

#include "runtime/config/job.hpp"

#include <string>

namespace dk {

/// The setting of a config that names them.
std::string nodes_setting(const std::string& nodes);

/// A cluster of these nodes; of none: this process. @throws failure (usage)
cluster_config cluster_of(const std::string& nodes);

} // namespace dk
