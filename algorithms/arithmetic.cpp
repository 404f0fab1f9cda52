#include "algorithms/arithmetic.hpp"

#include "common/simd.hpp"

namespace dk {

DK_CLONES void elastic_step(float* __restrict replica, const float* __restrict center, float alpha,
                            float* __restrict delta, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float difference = alpha * (replica[i] - center[i]);
    delta[i] = difference;
    replica[i] -= difference;
  }
}

} // namespace dk
