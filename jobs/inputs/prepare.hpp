#pragma once

#include "runtime/config/job.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dk {

/// One source of a job, read, transformed and written to a prepared folder.
struct prepared_source {
  std::string key;    ///< of [data]: "train", "validate" or "test"
  std::string folder; ///< where it is now
  std::size_t rows = 0;
  std::vector<std::string> columns; ///< that it has
  bool weighted = false;            ///< one of them holds weights of the rows
};

/// Does all that `dk_driver prepare CONFIG` does: reads a job's data once, here or on its nodes, and writes them
/// transformed to OUT/train, OUT/validate and OUT/test, as far as the job has them. @param pack compress them
/// @throws failure (config, data, nodes, resources); then none of them is there
std::vector<prepared_source> prepare(const job& given, const std::string& out, bool pack = false);

} // namespace dk
