#include "algorithms/arithmetic.hpp"

#include "common/simd.hpp"

#include <algorithm>
#include <cmath>

namespace dk {

namespace {

constexpr std::size_t piece = 4096; // values whose factors are added up in float32

// x - x is 0 for what is finite, and a NaN, which equals nothing, for what is not.
DK_INLINE float defect(float x) {
  return x - x;
}

DK_CLONES double adaptive_piece(const float* __restrict now, const float* __restrict base,
                                const float* __restrict delta, float scale, float rate, float* __restrict next,
                                std::size_t size) {
  float sums[16] = {};
  std::size_t i = 0;
  const auto one = [&](std::size_t at) {
    const float moved = now[at] - base[at];
    const float factor = scale / (1.0F + moved * moved / rate);
    next[at] = now[at] + factor * delta[at];
    return factor;
  };
  for (; i + 16 <= size; i += 16)
    for (std::size_t j = 0; j < 16; ++j)
      sums[j] += one(i + j);
  double all = 0;
  for (const float sum : sums)
    all += static_cast<double>(sum);
  for (; i < size; ++i)
    all += static_cast<double>(one(i));
  return all;
}

} // namespace

DK_CLONES void elastic_step(float* __restrict replica, const float* __restrict center, float alpha,
                            float* __restrict delta, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float difference = alpha * (replica[i] - center[i]);
    delta[i] = difference;
    replica[i] -= difference;
  }
}

DK_CLONES void elastic_step_ahead(float* __restrict replica, const float* __restrict velocity, float momentum,
                                  const float* __restrict center, float alpha, float* __restrict delta,
                                  std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float difference = alpha * (replica[i] - momentum * velocity[i] - center[i]);
    delta[i] = difference;
    replica[i] -= difference;
  }
}

DK_CLONES bool all_finite(const float* x, std::size_t size) {
  float defects[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16)
    for (std::size_t j = 0; j < 16; ++j)
      defects[j] += defect(x[i + j]);
  for (; i < size; ++i)
    defects[0] += defect(x[i]);
  return std::all_of(defects, defects + 16, [](float d) { return d == 0.0F; });
}

DK_CLONES static void add_values(const float* __restrict now, const float* __restrict total, float* __restrict next,
                                 std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    next[i] = now[i] + total[i];
}

bool add_numbers(const float* now, const float* total, float* next, std::size_t size) {
  add_values(now, total, next, size);
  return all_finite(next, size);
}

adaptive_result adaptive_step(const float* now, const float* base, const float* delta, float scale, float rate,
                              float* next, std::size_t size) {
  double sum = 0;
  for (std::size_t i = 0; i < size; i += piece)
    sum += adaptive_piece(now + i, base + i, delta + i, scale, rate, next + i, std::min(piece, size - i));
  return {size == 0 ? 1 : sum / static_cast<double>(size), all_finite(next, size)};
}

DK_CLONES void add_weighted(float* __restrict sum, const float* __restrict x, float weight, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    sum[i] += weight * x[i];
}

DK_CLONES void multiply(const float* __restrict x, float factor, float* __restrict y, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    y[i] = x[i] * factor;
}

} // namespace dk
