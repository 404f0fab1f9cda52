// Losses that measure how far an output is from its label.
#include "common/simd.hpp"
#include "nn/losses/row_loss.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

// d = 2 (o - y)
DK_CLONES double squared(const float* __restrict o, const float* __restrict y, std::size_t width, float scale,
                         float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float off = o[i] - y[i];
    sum += static_cast<double>(off) * static_cast<double>(off);
    if (d != nullptr)
      d[i] = 2.0F * scale * off;
  }
  return sum;
}

float sign(float x) {
  return x > 0.0F ? 1.0F : x < 0.0F ? -1.0F : x; // 0 and NaN stay what they are
}

// |o - y|, d = sign(o - y)
double absolute(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float off = o[i] - y[i];
    sum += static_cast<double>(std::abs(off));
    if (d != nullptr)
      d[i] = scale * sign(off);
  }
  return sum;
}

// 100 |o - y| / max(|y|, epsilon)
double percentage(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float off = o[i] - y[i];
    const float of = std::max(std::abs(y[i]), keras_epsilon);
    sum += 100.0 * static_cast<double>(std::abs(off)) / static_cast<double>(of);
    if (d != nullptr)
      d[i] = scale * 100.0F * sign(off) / of;
  }
  return sum;
}

// (log(max(o, epsilon) + 1) - log(max(y, epsilon) + 1))^2, d = 0 where o is clipped
double logarithmic(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const double above = static_cast<double>(std::max(o[i], keras_epsilon)) + 1;
    const double off = std::log(above) - std::log(static_cast<double>(std::max(y[i], keras_epsilon)) + 1);
    sum += off * off;
    if (d != nullptr)
      d[i] = o[i] < keras_epsilon ? 0.0F : scale * static_cast<float>(2 * off / above);
  }
  return sum;
}

// log cosh x = x + log(1 + e^-2x) - log 2 with x = o - y, written for |x| so that nothing overflows; d = tanh x
double log_cosh(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const double off = static_cast<double>(o[i] - y[i]);
    sum += std::abs(off) + std::log1p(std::exp(-2 * std::abs(off))) - std::log(2.0);
    if (d != nullptr)
      d[i] = scale * static_cast<float>(std::tanh(off));
  }
  return sum;
}

constexpr row_rule mean_squared{"mean_squared_error", squared};
constexpr row_rule mean_absolute{"mean_absolute_error", absolute};
constexpr row_rule mean_percentage{"mean_absolute_percentage_error", percentage};
constexpr row_rule mean_logarithmic{"mean_squared_logarithmic_error", logarithmic};
constexpr row_rule mean_log_cosh{"logcosh", log_cosh};

} // namespace

extern const loss_kind mean_squared_error_loss;
const loss_kind mean_squared_error_loss{
    mean_squared.name, "", make_by_row<mean_squared>, {"mse"}, label_kind::numbers, true, true};

extern const loss_kind mean_absolute_error_loss;
const loss_kind mean_absolute_error_loss{
    mean_absolute.name, "", make_by_row<mean_absolute>, {"mae"}, label_kind::numbers, true, true};

extern const loss_kind mean_absolute_percentage_error_loss;
const loss_kind mean_absolute_percentage_error_loss{
    mean_percentage.name, "", make_by_row<mean_percentage>, {"mape"}, label_kind::numbers, true, true,
    label_range::not_zero};

extern const loss_kind mean_squared_logarithmic_error_loss;
const loss_kind mean_squared_logarithmic_error_loss{
    mean_logarithmic.name, "", make_by_row<mean_logarithmic>, {"msle"}, label_kind::numbers, true, true,
    label_range::from_zero};

extern const loss_kind logcosh_loss;
const loss_kind logcosh_loss{
    mean_log_cosh.name, "", make_by_row<mean_log_cosh>, {"log_cosh"}, label_kind::numbers, true, true};

} // namespace dk::nn
