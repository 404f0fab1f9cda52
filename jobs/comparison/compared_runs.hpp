#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// What several runs have of one figure.
struct spread {
  std::size_t runs = 0;            ///< how many have it
  double mean = 0;                 ///< of these
  std::optional<double> deviation; ///< of a sample, with n - 1; nothing for fewer than two
};

/// A run; or several that differ only in their seed.
struct compared_run {
  std::vector<std::string> folders;
  std::map<std::string, std::string> keys; ///< as TOML: those in which the compared runs differ, the seed left out
  std::map<std::string, spread> figures;   ///< by name, see figure_names()
  std::size_t unfinished = 0;              ///< how many of them have no result yet
};

struct comparison {
  std::vector<std::string> keys; ///< in which the runs differ, in order; "seed" among them only where runs that differ
                                 ///< in nothing else stand apart
  std::vector<std::string> figures; ///< that at least one has, in the order of figure_names()
  std::vector<compared_run> runs;   ///< in the order of the folders
};

/// "test accuracy", "test loss", "held-out accuracy", ..., "rows/s", "staleness", "seconds", "rows".
std::vector<std::string> figure_names();

/// "learning_rate" for "trainer.optimizer.learning_rate", where no other key of `all` ends so.
std::string short_name(const std::string& key, const std::vector<std::string>& all);

/// Compares runs by their configs and results; the folder of a sweep stands for all of its runs. @param each_alone
/// keeps runs apart that differ only in their seed
/// @throws failure (checkpoint) where a folder has no run, or its result is damaged; (config); (usage) for a folder
/// that is named twice
comparison compare_runs(const std::vector<std::string>& folders, bool each_alone = false);

nlohmann::json to_json(const comparison& of);

/// The same for a person: a table with a line for each run, or for runs that differ only in their seed.
std::string to_text(const comparison& of);

} // namespace dk
