#include "actors/server/norm.hpp"

#include "common/simd.hpp"

#include <algorithm>
#include <cmath>

namespace dk {

namespace {

constexpr std::size_t lanes = 16;   // that are added up apart, so that the compiler may do so at once
constexpr std::size_t piece = 4096; // numbers whose squares are added up in float32

// The sum of squares of at most `piece` numbers.
template <class Value>
DK_INLINE double sum_of_squares(std::size_t size, Value value) {
  float sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes)
    for (std::size_t j = 0; j < lanes; ++j) {
      const float x = value(i + j);
      sums[j] += x * x;
    }
  double all = 0;
  for (const float sum : sums)
    all += static_cast<double>(sum);
  for (; i < size; ++i)
    all += static_cast<double>(value(i)) * static_cast<double>(value(i));
  return all;
}

DK_CLONES double squares(const float* x, std::size_t size) {
  return sum_of_squares(size, [x](std::size_t i) { return x[i]; });
}

DK_CLONES double squared_differences(const float* x, const float* y, std::size_t size) {
  return sum_of_squares(size, [x, y](std::size_t i) { return x[i] - y[i]; });
}

} // namespace

double length_of(const block& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); i += piece)
    sum += squares(x.data() + i, std::min(piece, x.size() - i));
  return std::sqrt(sum);
}

double distance_between(const block& x, const block& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); i += piece)
    sum += squared_differences(x.data() + i, y.data() + i, std::min(piece, x.size() - i));
  return std::sqrt(sum);
}

} // namespace dk
