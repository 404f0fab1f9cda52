#pragma once

#include <string>
#include <vector>

namespace dk {

/// DK_TRAINER_BATCH_SIZE for trainer.batch_size, DK_SEED for seed.
std::string variable_of(const std::string& part, const std::string& key);

/// The names of this process's environment variables that begin with DK_.
std::vector<std::string> variables_of_process();

/// Looks for variables that are meant to override a config and do not. One of a section's name (DK_TRAINER_WORKER) is
/// refused. @return a line for each other that nothing of dk reads
/// @throws failure (config) with the nearest name
std::vector<std::string> check_variables(const std::vector<std::string>& names);

} // namespace dk
