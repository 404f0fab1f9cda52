#pragma once

#include "tests/runtime/laboratory/planted.hpp"

#include <cstdint>
#include <string>

namespace dk::test {

/// What became of a run in which much goes wrong.
struct chaos_result {
  std::string what;      ///< the job, for a person
  std::string finding;   ///< what does not balance; "" when all does
  bool deserted = false; ///< its last worker was lost: it ended with an error, as it should
  std::uint64_t workers_lost = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;
  std::uint64_t redone = 0;
};

/// A run in the laboratory that this seed draws: algorithm, policy, workers, shards, rows; workers that are killed and
/// come back, messages that are lost and doubled; some are stopped and resumed. Its rows must balance, and its log pass
/// the audit.
chaos_result run_chaos(std::uint64_t seed, defect planted = defect::none);

} // namespace dk::test
