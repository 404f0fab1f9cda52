#pragma once

#include "runtime/job.hpp"

#include <string>
#include <vector>

namespace dk {

/// What --nodes names: "h1:1,h2:2" is two addresses.
std::vector<std::string> addresses_in(const std::string& nodes);

/// A cluster of these nodes; of none: this process. @throws failure (usage)
cluster_config cluster_of(const std::string& nodes);

} // namespace dk
