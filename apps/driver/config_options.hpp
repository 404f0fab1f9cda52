#pragma once

#include "runtime/config/job.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dk {

/// A config as the command line names it.
struct config_options {
  std::string config;
  std::vector<std::string> settings; ///< of --set
  std::string nodes;                 ///< of --nodes: host:port,host:port; empty: those of the config
};

/// Adds CONFIG and --set. @return the former
CLI::Option* add_config_options(CLI::App& to, config_options& options);

/// Refuses an option with nothing in it, as the shell makes of a variable that is not set.
CLI::Validator not_empty();

/// Adds --nodes. @param what "to train on"
void add_nodes_option(CLI::App& to, std::string& nodes, const std::string& what);

/// The settings of --set and --nodes.
std::vector<std::string> all_settings(const config_options& options);

/// The config with its settings. Warns of variables of the environment that look as if they overrode the config and do
/// not. @throws failure (config), see load_job, check_variables
job load(const config_options& options);

/// Warns of them alone.
void warn_of_variables();

/// A cluster of these nodes; of none: this process. @throws failure (usage)
cluster_config cluster_of(const std::string& nodes);

} // namespace dk
