#include "common/simd.hpp"
#include "nn/loss.hpp"

#include "common/error.hpp"

#include <string>

namespace dk::nn {

namespace {

// A row's mean of (o - y)^2; where asked, d_i <- scale (o_i - y_i).
DK_CLONES double row_error(const float* __restrict o, const float* __restrict y, std::size_t width, float scale,
                           float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float off = o[i] - y[i];
    sum += static_cast<double>(off) * static_cast<double>(off);
    if (d != nullptr)
      d[i] = scale * off;
  }
  return sum / static_cast<double>(width);
}

/// L = mean over rows and outputs of (o - y)^2; dL/do = 2 (o - y) / (rows * width).
class mean_squared_error final : public loss_function {
public:
  explicit mean_squared_error(std::size_t width) : width_(width) {}

  metrics evaluate(const float* outputs, const float* labels, std::size_t rows, float* gradient) override {
    metrics sums;
    sums.rows = rows;
    const float scale = 2.0F / static_cast<float>(rows * width_);
    for (std::size_t row = 0; row < rows; ++row, outputs += width_, labels += width_) {
      sums.loss_sum += row_error(outputs, labels, width_, scale, gradient);
      sums.correct += agrees(outputs, labels, width_) ? 1U : 0U;
      if (gradient != nullptr)
        gradient += width_;
    }
    return sums;
  }

private:
  std::size_t width_;
};

std::unique_ptr<loss_function> make(const loss_use& use) {
  if (use.label_width != use.width)
    throw failure{errc::shape, "mean_squared_error compares number by number, but the model has " +
                                   std::to_string(use.width) + " outputs and a label has " +
                                   std::to_string(use.label_width) +
                                   " numbers; make them equal, with one_hot on the label or another last layer"};
  return std::make_unique<mean_squared_error>(use.width);
}

} // namespace

extern const loss_kind mean_squared_error_loss;
const loss_kind mean_squared_error_loss{"mean_squared_error", "", make};

} // namespace dk::nn
