#include "nn/shape.hpp"

#include "common/error.hpp"

namespace dk::nn {

std::size_t checked_size(const shape& of) {
  constexpr std::size_t most = std::size_t{1} << 40U;
  std::size_t size = 1;
  for (const auto extent : of) {
    if (extent > 0 && size > most / extent)
      throw failure{errc::shape, batch_text(of) + " is larger than any model: more than 2^40 numbers"};
    size *= extent;
  }
  return size;
}

std::string extents_text(const shape& of) {
  std::string text;
  for (const auto extent : of)
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "(" + text + ")";
}

} // namespace dk::nn
