#pragma once

#include "common/block.hpp"
#include "nn/model/architecture.hpp"

#include <cstddef>
#include <vector>

namespace dk::nn {

/// Which weights of a model are frozen, because their layer has `trainable = false`, and which are free. A file holds
/// all weights, layer by layer. What is trained, exchanged and kept in checkpoints are the free ones alone, in the same
/// order; the frozen ones lie apart, in theirs. Nobody else knows how these lie to each other. Where nothing is frozen,
/// all weights are free and nothing is copied.
class weight_split {
public:
  /// Of no layers.
  weight_split() = default;

  /// @throws failure (config, shape) as make_layers
  explicit weight_split(const architecture& of);

  /// Adds the slice of the next layer. @return where it starts, among the free weights or among the frozen ones
  std::size_t add(std::size_t size, bool is_frozen);

  bool operator==(const weight_split& other) const { return runs_ == other.runs_; }

  std::size_t num_free() const { return free_; }
  std::size_t num_frozen() const { return frozen_; }
  std::size_t num_all() const { return free_ + frozen_; }

  /// Each @throws failure (shape) when the numbers are not as many.
  block free_of(const block& all) const;
  block frozen_of(const block& all) const;
  block join(const block& free, const block& frozen) const;

private:
  // Layers that follow each other.
  struct run {
    std::size_t size;
    bool is_frozen;

    bool operator==(const run& other) const { return size == other.size && is_frozen == other.is_frozen; }
  };

  block pick(const block& all, bool frozen) const;

  std::vector<run> runs_;
  std::size_t free_ = 0;
  std::size_t frozen_ = 0;
};

} // namespace dk::nn
