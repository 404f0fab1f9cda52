#pragma once

#include "actors/protocol/compression.hpp"
#include "data/dataset.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dk::test {

/// A line of commits.jsonl, as far as rebuilding needs it.
struct commit_line {
  std::uint32_t shard = 0;
  std::uint32_t worker = 0;
  std::uint32_t epoch = 0;
  std::uint64_t first = 0; ///< rows [first, last) of the epoch's order
  std::uint64_t last = 0;
  std::uint64_t base = 0;
  std::uint64_t version = 0;
  std::uint64_t staleness = 0;
  bool applied = true; ///< otherwise it was trained, and refused
  std::uint64_t after = 0;
};

/// What an algorithm is to the reference.
struct reference_rule {
  /// What part of its movement a replica commits after a chunk of so many batches.
  double (*part)(double batches) = nullptr;
  bool elastic = false; ///< it commits alpha times what lies between replica and center instead
  bool damped = false;  ///< the server lets each number count less where the center has moved
};

/// By the algorithm's name. One that folds in each commit as it comes has its line here.
const std::map<std::string, reference_rule>& reference_rules();

/// What the reference trains: 2 inputs, `hidden` tanh, 1 linear output, mean squared error; numbers as in the job.
struct reference_setup {
  reference_rule rule{};
  std::string policy;
  compression compress{};
  double alpha = 0;    ///< of an elastic rule
  double momentum = 0; ///< of eamsgd
  double eta = 1;      ///< of a damped rule
  bool adam = false;
  double learning_rate = 0;
  std::size_t hidden = 0;
  std::size_t batch_size = 1;
  std::uint64_t seed = 1;
  std::vector<std::size_t> offsets; ///< of the shards, and the end
  std::vector<double> start;        ///< initial weights
};

/// Trains again what the log says, in plain loops and float64, without any code of dk but the order of rows.
/// @return the final center; empty when the log cannot be followed to its end
std::vector<double> rebuild(const reference_setup& setup, const std::vector<commit_line>& log,
                            const data::dataset& rows);

} // namespace dk::test
