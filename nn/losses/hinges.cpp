// Losses that ask for a margin.
#include "nn/losses/row_loss.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// Labels are -1 and 1. As in Keras, a batch whose labels are all 0 or 1 is read as if 0 stood for -1.
template <bool Binary>
float side(float y) {
  return Binary ? 2.0F * y - 1.0F : y;
}

// max(1 - y o, 0), d = -y where there is a loss
template <bool Binary>
double missing_margin(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float missing = std::max(1.0F - side<Binary>(y[i]) * o[i], 0.0F);
    sum += static_cast<double>(missing);
    if (d != nullptr)
      d[i] = missing > 0.0F ? -scale * side<Binary>(y[i]) : 0.0F;
  }
  return sum;
}

// max(1 - y o, 0)^2, d = -2 y max(1 - y o, 0)
template <bool Binary>
double missing_margin_squared(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float missing = std::max(1.0F - side<Binary>(y[i]) * o[i], 0.0F);
    sum += static_cast<double>(missing) * static_cast<double>(missing);
    if (d != nullptr)
      d[i] = -2.0F * scale * side<Binary>(y[i]) * missing;
  }
  return sum;
}

// max(max_i (1 - y_i) o_i - sum_i y_i o_i + 1, 0) of one-hot y; equal maxima share the gradient.
double categorical(const float* o, const float* y, std::size_t width, float scale, float* d) {
  float right = 0;
  float wrong = (1.0F - y[0]) * o[0];
  for (std::size_t i = 0; i < width; ++i) {
    right += y[i] * o[i];
    wrong = std::max(wrong, (1.0F - y[i]) * o[i]);
  }
  const float missing = std::max(wrong - right + 1.0F, 0.0F);
  if (d == nullptr)
    return static_cast<double>(missing);
  const auto largest_at = [&](std::size_t i) { return (1.0F - y[i]) * o[i] == wrong; };
  std::size_t equal = 0;
  for (std::size_t i = 0; i < width; ++i)
    equal += largest_at(i) ? 1U : 0U;
  const float share = scale / static_cast<float>(std::max<std::size_t>(equal, 1)); // none where NaN is among them
  for (std::size_t i = 0; i < width; ++i)
    d[i] = missing > 0.0F ? (largest_at(i) ? share * (1.0F - y[i]) : 0.0F) - scale * y[i] : 0.0F;
  return static_cast<double>(missing);
}

constexpr row_rule hinge{"hinge", missing_margin<false>, true, nullptr, missing_margin<true>};
constexpr row_rule squared_hinge{"squared_hinge", missing_margin_squared<false>, true, nullptr,
                                 missing_margin_squared<true>};
constexpr row_rule categorical_hinge{"categorical_hinge", categorical, false};

} // namespace

extern const loss_kind hinge_loss;
const loss_kind hinge_loss{hinge.name, "", make_by_row<hinge>, {}, label_kind::numbers, true, false, label_range::side};

extern const loss_kind squared_hinge_loss;
const loss_kind squared_hinge_loss{
    squared_hinge.name, "", make_by_row<squared_hinge>, {}, label_kind::numbers, true, false, label_range::side};

extern const loss_kind categorical_hinge_loss;
const loss_kind categorical_hinge_loss{
    categorical_hinge.name, "", make_by_row<categorical_hinge>, {}, label_kind::numbers, true, false,
    label_range::one_hot};

} // namespace dk::nn
