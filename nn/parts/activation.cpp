#include "nn/parts/activation.hpp"

#include "common/error.hpp"
#include "nn/kernels/exp.hpp"
#include "nn/kernels/softmax.hpp"

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

DK_CLONES void linear(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  if (bias != nullptr)
    map(y, bias, rows, width, [](float x) { return x; });
}

DK_CLONES void relu(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return x < 0.0F ? 0.0F : x; });
}

DK_CLONES void relu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                             const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] = y[i] > 0.0F ? dy[i] : 0.0F;
}

// alpha (e^x - 1) below 0
DK_CLONES void elu(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys& keys) {
  map(y, bias, rows, width, [alpha = keys.alpha](float x) { return x < 0.0F ? alpha * (fast_exp(x) - 1.0F) : x; });
}

DK_CLONES void elu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                            const activation_keys& keys) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] < 0.0F ? y[i] + keys.alpha : 1.0F;
}

// Klambauer 2017: scale elu(x) with alpha 1.67..., so that mean 0 and variance 1 stay what they are.
constexpr float selu_scale = 1.05070098735548F;
constexpr float selu_limit = 1.05070098735548F * 1.67326324235438F;

DK_CLONES void selu(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return x < 0.0F ? selu_limit * (fast_exp(x) - 1.0F) : selu_scale * x; });
}

DK_CLONES void selu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                             const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] < 0.0F ? y[i] + selu_limit : selu_scale;
}

DK_CLONES void leaky_relu(float* y, const float* bias, std::size_t rows, std::size_t width,
                          const activation_keys& keys) {
  map(y, bias, rows, width, [alpha = keys.alpha](float x) { return x < 0.0F ? alpha * x : x; });
}

DK_CLONES void leaky_relu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                                   const activation_keys& keys) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] > 0.0F ? 1.0F : keys.alpha;
}

// max_value from max_value on, x from the threshold on, and alpha (x - threshold) below it. Neither is below 0, so that
// the sign of y says on which side x was.
DK_CLONES void bent_relu(float* y, const float* bias, std::size_t rows, std::size_t width,
                         const activation_keys& keys) {
  map(y, bias, rows, width, [k = keys](float x) {
    const float above = x > k.max_value ? k.max_value : x;
    return x < k.threshold ? k.alpha * (x - k.threshold) : above;
  });
}

DK_CLONES void bent_relu_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                                  const activation_keys& keys) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] > 0.0F ? (y[i] < keys.max_value ? 1.0F : 0.0F) : keys.alpha;
}

// 0.2 x + 0.5, kept within 0 and 1. (In Keras 3 the slope is 1/6.)
DK_CLONES void hard_sigmoid(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) {
    const float line = 0.2F * x + 0.5F;
    return line < 0.0F ? 0.0F : line > 1.0F ? 1.0F : line;
  });
}

DK_CLONES void hard_sigmoid_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows,
                                     std::size_t width, const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] > 0.0F && y[i] < 1.0F ? 0.2F : 0.0F;
}

// log(1 + e^x), in a form that neither overflows nor cancels
void softplus(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return (x < 0.0F ? 0.0F : x) + std::log1p(std::exp(-std::abs(x))); });
}

// The derivative is sigmoid(x) = 1 - e^-y.
void softplus_gradient(const float* y, float* dy, std::size_t rows, std::size_t width, const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= -std::expm1(-y[i]);
}

DK_CLONES void softsign(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return x / (1.0F + std::abs(x)); });
}

// The derivative is 1 / (1 + |x|)^2, and 1 / (1 + |x|) = 1 - |y|.
DK_CLONES void softsign_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                                 const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i) {
    const float rest = 1.0F - std::abs(y[i]);
    dy[i] *= rest * rest;
  }
}

void exponential(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return std::exp(x); });
}

DK_CLONES void exponential_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows,
                                    std::size_t width, const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i];
}

DK_CLONES void sigmoid(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
  map(y, bias, rows, width, [](float x) { return 1.0F / (1.0F + fast_exp(-x)); });
}

// s' = s (1 - s)
DK_CLONES void sigmoid_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                                const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= y[i] * (1.0F - y[i]);
}

// tanh x = 1 - 2 / (e^2x + 1); near 0, where that cancels, Cephes' odd polynomial.
DK_CLONES void tanh(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys&) {
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
DK_CLONES void tanh_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                             const activation_keys&) {
  for (std::size_t i = 0; i < rows * width; ++i)
    dy[i] *= 1.0F - y[i] * y[i];
}

void softmax_rows(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys& keys) {
  linear(y, bias, rows, width, keys);
  softmax(y, rows, width);
}

// dL/dx_i = y_i (dL/dy_i - sum_j dL/dy_j y_j)
DK_CLONES void softmax_gradient(const float* __restrict y, float* __restrict dy, std::size_t rows, std::size_t width,
                                const activation_keys&) {
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
    {"elu", elu, elu_gradient, {1.0F}},
    {"selu", selu, selu_gradient},
    {"leaky_relu", leaky_relu, leaky_relu_gradient, {0.2F}},
    {"sigmoid", sigmoid, sigmoid_gradient},
    {"hard_sigmoid", hard_sigmoid, hard_sigmoid_gradient},
    {"tanh", tanh, tanh_gradient},
    {"softmax", softmax_rows, softmax_gradient},
    {"softplus", softplus, softplus_gradient},
    {"softsign", softsign, softsign_gradient},
    {"exponential", exponential, exponential_gradient},
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

activation_function bent(const activation_keys& keys) {
  return {"relu", bent_relu, bent_relu_gradient, keys};
}

} // namespace dk::nn
