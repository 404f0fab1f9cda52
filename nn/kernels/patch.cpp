#include "nn/kernels/patch.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk::nn {

patch_axis make_axis(std::size_t in, std::size_t size, std::size_t stride, std::size_t dilation, bool same) {
  patch_axis made{in, size, stride, dilation};
  const auto covered = (size - 1) * dilation + 1;
  if (same) {
    made.out = (in + stride - 1) / stride;
    const auto needed = (made.out - 1) * stride + covered;
    const auto padding = needed > in ? needed - in : 0;
    made.before = padding / 2;
    made.after = padding - made.before;
    return made;
  }
  if (covered > in)
    throw failure{errc::shape, "the window covers " + std::to_string(covered) + " pixels, but the image has only " +
                                   std::to_string(in) + " there; make it smaller, or set padding = \"same\""};
  made.out = (in - covered) / stride + 1;
  return made;
}

} // namespace dk::nn
