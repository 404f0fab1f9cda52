#pragma once

#include "runtime/config/config_tree.hpp"
#include "runtime/config/job.hpp"

#include <string>

namespace dk {

/// The own keys of the algorithm that a config names, with their defaults; none when it names an unknown one.
nlohmann::json algorithm_keys(const config_tree& tree);

/// Reads and checks all of a config. @throws failure (config)
job read_job(const config_tree& tree, const std::string& base_folder);

} // namespace dk
