#pragma once

#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace dk::nn {

/// The extents of one sample, without the batch: {784} or {28, 28, 1}, last one fastest.
using shape = std::vector<std::size_t>;

/// How many numbers a sample of this shape has.
inline std::size_t size_of(const shape& of) {
  return std::accumulate(of.begin(), of.end(), std::size_t{1}, std::multiplies<>{});
}

/// The same of extents that nobody vouches for. @throws failure (shape) when it is more than any model has
std::size_t checked_size(const shape& of);

/// "(None, 28, 28)": as Keras prints a batch of it.
inline std::string batch_text(const shape& of) {
  std::string text = "(None";
  for (const auto extent : of)
    text += ", " + std::to_string(extent);
  return text + ")";
}

/// "(3, 3, 1, 32)": of an array that is no batch.
std::string extents_text(const shape& of);

} // namespace dk::nn
