#include "nn/activation.hpp"

#include "common/error.hpp"
#include "nn/exp.hpp"
#include "nn/softmax.hpp"

#include <cmath>

namespace dk::nn {

namespace {

// One pass over y for f(y + bias). NaN must come through, so that a run that diverges is noticed: hence relu's form.
template <class Function>
DK_INLINE void map(float* __restrict y, const float* __restrict bias, std::size_t rows, std::size_t width, Function f) {
  if (bias == nullptr) {
    for (std::size_t i = 0; i < rows * width; ++i)
      y[i] = f(y[i]);
    return;
  }
  for (std::size_t row = 0; row < rows; ++row, y += width)
    for (std::size_t i = 0; i < width; ++i)
      y[i] = f(y[i] + bias[i]);
}

DK_CLONES void linear(float* y, const float* bias, std::size_t rows, std::size_t width) {
  if (bias != nullptr)
    map(y, bias, rows, width, [](float x) { return x; });
}

DK_CLONES void relu(float* y, const float* bias, std::size_t rows, std::size_t width) {
  map(y, bias, rows, width, [](float x) { return x < 0.0F ? 0.0F : x; });
}

DK_CLONES void relu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] = y[i] > 0.0F ? dy[i] : 0.0F;
}

DK_CLONES void sigmoid(float* y, const float* bias, std::size_t rows, std::size_t width) {
  map(y, bias, rows, width, [](float x) { return 1.0F / (1.0F + fast_exp(-x)); });
}

// s' = s (1 - s)
DK_CLONES void sigmoid_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] * (1.0F - y[i]);
}

// tanh x = 1 - 2 / (e^2x + 1); near 0, where that cancels, Cephes' odd polynomial.
DK_CLONES void tanh(float* y, const float* bias, std::size_t rows, std::size_t width) {
  map(y, bias, rows, width, [](float x) {
    const float z = x * x;
    float p = -5.70498872745e-3F;
    p = p * z + 2.06390887954e-2F;
    p = p * z - 5.37397155531e-2F;
    p = p * z + 1.33314422036e-1F;
    p = p * z - 3.33332819422e-1F;
    const float near = p * z * x + x;
    const float far = 1.0F - 2.0F / (fast_exp(2.0F * x) + 1.0F);
    return std::abs(x) < 0.625F ? near : far;
  });
}

// t' = 1 - t^2
DK_CLONES void tanh_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= 1.0F - y[i] * y[i];
}

void softmax_rows(float* y, const float* bias, std::size_t rows, std::size_t width) {
  linear(y, bias, rows, width);
  softmax(y, rows, width);
}

// dL/dx_i = y_i (dL/dy_i - sum_j dL/dy_j y_j)
DK_CLONES void softmax_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width) {
  for (std::size_t row = 0; row < rows; ++row, y += width, dy += width) {
    float dot = 0;
    for (std::size_t i = 0; i < width; ++i)
      dot += y[i] * dy[i];
    for (std::size_t i = 0; i < width; ++i)
      dy[i] = y[i] * (dy[i] - dot);
  }
}

const activation_function functions[] = {
    {"linear", linear, nullptr},
    {"relu", relu, relu_gradient},
    {"sigmoid", sigmoid, sigmoid_gradient},
    {"softmax", softmax_rows, softmax_gradient},
    {"tanh", tanh, tanh_gradient},
};

} // namespace

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const auto& function : functions)
    names.emplace_back(function.name);
  return names;
}

const activation_function& find_activation(std::string_view name) {
  for (const auto& function : functions)
    if (function.name == name)
      return function;
  throw failure{errc::config, "unknown activation \"" + std::string{name} + "\""};
}

} // namespace dk::nn
