#include "nn/parts/clipping.hpp"

#include "common/keys.hpp"
#include "common/simd.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

// In float64 and always in the same order. Several sums at once, because an addition waits for the one before.
DK_CLONES double sum_of_squares(const float* numbers, std::size_t count) {
  constexpr std::size_t lanes = 16;
  double sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto x = static_cast<double>(numbers[i + lane]);
      sums[lane] += x * x;
    }
  double sum = 0;
  for (; i < count; ++i)
    sum += static_cast<double>(numbers[i]) * static_cast<double>(numbers[i]);
  for (const auto part : sums)
    sum += part;
  return sum;
}

} // namespace

clip_rule clip_rule_of(const spec& optimizer) {
  const clipping kinds[] = {clipping::value, clipping::norm, clipping::global_norm};
  for (std::size_t i = 0; i < 3; ++i)
    if (const auto key = optimizer.keys.find(clip_keys[i]); key != optimizer.keys.end() && *key > 0)
      return {kinds[i], key->get<float>()};
  return {};
}

void check_clipping(const spec& optimizer) {
  const char* first = nullptr;
  for (const auto* key : clip_keys) {
    if (!(optimizer.keys.value(key, 0.0) > 0))
      continue;
    if (first != nullptr)
      throw key_failure{optimizer.name + ": \"" + key + "\" and \"" + first + "\" cannot be combined; leave one out",
                        key};
    first = key;
  }
}

DK_CLONES void clip_values(const float* from, std::size_t count, float limit, float* to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = from[i] > limit ? limit : from[i] < -limit ? -limit : from[i]; // NaN stays
}

float clip_factor(const float* gradient, std::size_t count, float limit) {
  const auto norm = std::sqrt(sum_of_squares(gradient, count));
  const auto at_most = static_cast<double>(limit);
  return norm <= at_most ? 1.0F : static_cast<float>(at_most / norm); // NaN comes through
}

} // namespace dk::nn
