#pragma once

#include "jobs/sweep/grid.hpp"
#include "runtime/config/job.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dk {

/// What a sweep is asked to do.
struct sweep_request {
  std::string config;                ///< a job
  std::vector<std::string> settings; ///< for all of its runs: KEY=VALUE
  std::vector<std::string> grid;     ///< KEY=VALUE,VALUE
  std::size_t seeds = 1;             ///< runs of each point: with the seed of the config, and those that follow it
  bool simulates = false;            ///< in the laboratory, in virtual time
};

/// One run of a sweep.
struct sweep_run {
  std::string name;                  ///< of its folder: "learning_rate=0.003,communication_window=5,seed=1"
  std::string label;                 ///< for a person: "learning_rate=0.003, communication_window=5, seed 1"
  std::size_t point = 0;             ///< of the grid, from 0
  std::vector<std::string> settings; ///< all of them, KEY=VALUE: what makes it this run
};

/// What a sweep has to do.
struct sweep_plan {
  job base; ///< the config with the settings for all runs
  std::vector<grid_axis> grid;
  std::vector<std::uint64_t> seeds;
  std::vector<std::string> points; ///< their labels: "learning_rate=0.003, communication_window=5"
  std::vector<sweep_run> runs;     ///< point by point, and of each all seeds
};

constexpr std::size_t most_sweep_runs = 10'000;

/// Plans a sweep and checks the config of each of its runs, so that what cannot work is refused before anything starts.
/// @throws failure (config) as load_job, by the value of the grid; (usage) for a bad grid, for two points that are the
/// same run, for the key of a seed in the grid, and for more than most_sweep_runs
sweep_plan plan_sweep(const sweep_request& request);

} // namespace dk
