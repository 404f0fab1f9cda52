#include "nn/kernels/softmax.hpp"
#include "nn/loss.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace dk::nn {

namespace {

/// L = mean over rows of -sum_i y_i log p_i; y one-hot or any weights, or one number that names the class.
/// Fused, or from logits: p = softmax(o), log p_i = o_i - max - log sum_j e^(o_j - max), dL/do_i = (p_i sum_j y_j -
/// y_i) / rows. Otherwise as Keras: p_i = o_i / sum_j o_j, clipped to [1e-7, 1 - 1e-7] in the logarithm, with gradient
/// 0 where clipped; the sparse loss clips first and divides then.
class categorical_crossentropy final : public loss_function {
public:
  enum class order { normalise_first, clip_first };

  categorical_crossentropy(const loss_use& use, order unfused)
      : width_(use.width), label_width_(use.label_width), on_logits_(use.fused || use.from_logits),
        smoothing_(use.label_smoothing), unfused_(unfused), p_(use.width), y_(use.width) {}

  loss_sums evaluate(const float* outputs, const float* labels, const float* weights, std::size_t rows,
                     float* gradient) override {
    loss_sums sums;
    sums.rows = rows;
    const float scale = 1.0F / static_cast<float>(rows);
    for (std::size_t row = 0; row < rows; ++row, outputs += width_, labels += label_width_) {
      const float* y = label_width_ == width_ ? labels : one_hot(*labels);
      const float weight = weights == nullptr ? 1.0F : weights[row];
      count_decisions(answer_kind::choice, outputs, y, width_, 0.5F, sums);
      sums.loss_sum += static_cast<double>(weight) * row_loss(outputs, smoothed(y), scale * weight, gradient);
      if (gradient != nullptr)
        gradient += width_;
    }
    return sums;
  }

private:
  const float* one_hot(float label) {
    if (!(label >= 0 && label < static_cast<float>(width_)) || label != std::floor(label))
      throw failure{errc::data, "the label " + std::to_string(label) +
                                    " names no class: the model has outputs for 0 to " + std::to_string(width_ - 1)};
    std::fill(y_.begin(), y_.end(), 0.0F);
    y_[static_cast<std::size_t>(label)] = 1.0F;
    return y_.data();
  }

  // Towards the same number for every class.
  const float* smoothed(const float* y) {
    if (smoothing_ == 0)
      return y;
    for (std::size_t i = 0; i < width_; ++i)
      y_[i] = y[i] * (1.0F - smoothing_) + smoothing_ / static_cast<float>(width_);
    return y_.data();
  }

  double row_loss(const float* o, const float* y, float scale, float* gradient) {
    if (on_logits_)
      return fused_row(o, y, scale, gradient);
    return unfused_ == order::normalise_first ? normalised_row(o, y, scale, gradient)
                                              : clipped_row(o, y, scale, gradient);
  }

  double fused_row(const float* o, const float* y, float scale, float* gradient) {
    const float top = *std::max_element(o, o + width_);
    double sum = 0;
    for (std::size_t i = 0; i < width_; ++i)
      sum += std::exp(static_cast<double>(o[i] - top));
    const double log_sum = std::log(sum);
    double loss = 0;
    float weight = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      if (y[i] != 0.0F)
        loss -= static_cast<double>(y[i]) * (static_cast<double>(o[i] - top) - log_sum);
      weight += y[i];
    }
    // A NaN among the outputs hides from the comparisons above; the sum has seen it.
    if (std::isnan(sum))
      loss = sum;
    if (gradient != nullptr) {
      std::copy_n(o, width_, p_.begin());
      softmax(p_.data(), 1, width_);
      for (std::size_t i = 0; i < width_; ++i)
        gradient[i] = scale * (p_[i] * weight - y[i]);
    }
    return loss;
  }

  // dL/do_j = (s_j - sum_i s_i p_i) / sum o with s_i = -y_i / p_i, or 0 where p_i is clipped.
  double normalised_row(const float* o, const float* y, float scale, float* gradient) {
    float sum = 0;
    for (std::size_t i = 0; i < width_; ++i)
      sum += o[i];
    double loss = 0;
    float dot = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      const float p = o[i] / sum;
      loss -= static_cast<double>(y[i]) * std::log(static_cast<double>(std::clamp(p, low, high)));
      p_[i] = p > low && p < high ? -y[i] / p : 0.0F;
      dot += p_[i] * p;
    }
    if (gradient != nullptr)
      for (std::size_t i = 0; i < width_; ++i)
        gradient[i] = scale * (p_[i] - dot) / sum;
    return loss;
  }

  // dL/do_j = sum_i y_i / sum c - y_j / c_j with c = o clipped, or 0 where it is clipped.
  double clipped_row(const float* o, const float* y, float scale, float* gradient) {
    double sum = 0;
    float weight = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      p_[i] = std::clamp(o[i], low, high);
      sum += static_cast<double>(p_[i]);
      weight += y[i];
    }
    double loss = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      loss -= static_cast<double>(y[i]) * std::log(static_cast<double>(p_[i]) / sum);
      if (gradient != nullptr)
        gradient[i] = p_[i] == o[i] ? scale * (weight / static_cast<float>(sum) - y[i] / p_[i]) : 0.0F;
    }
    return loss;
  }

  static constexpr float low = 1e-7F;
  static constexpr float high = 1.0F - 1e-7F;

  std::size_t width_;
  std::size_t label_width_;
  bool on_logits_;
  float smoothing_;
  order unfused_;
  std::vector<float> p_; // of one row: probabilities, or their gradient
  std::vector<float> y_; // of one row: a class number as one-hot
};

void check_width(const loss_use& use, const std::string& name) {
  if (use.width < 2)
    throw failure{errc::shape,
                  name + " needs one output per class, at least 2; the model has " + std::to_string(use.width)};
}

std::unique_ptr<loss_function> make_dense_or_sparse(const loss_use& use) {
  check_width(use, "categorical_crossentropy");
  if (use.label_width != use.width && use.label_width != 1)
    throw failure{errc::shape,
                  "categorical_crossentropy needs labels of 1 number (the class) or of " + std::to_string(use.width) +
                      " (one-hot), as many as the model has outputs; a label has " + std::to_string(use.label_width)};
  return std::make_unique<categorical_crossentropy>(use, categorical_crossentropy::order::normalise_first);
}

std::unique_ptr<loss_function> make_sparse(const loss_use& use) {
  check_width(use, "sparse_categorical_crossentropy");
  if (use.label_width != 1)
    throw failure{errc::shape, "sparse_categorical_crossentropy needs labels of 1 number, the class; a label has " +
                                   std::to_string(use.label_width) +
                                   "; leave one_hot out, or take "
                                   "categorical_crossentropy"};
  return std::make_unique<categorical_crossentropy>(use, categorical_crossentropy::order::clip_first);
}

} // namespace

extern const loss_kind categorical_crossentropy_loss;
const loss_kind categorical_crossentropy_loss{
    "categorical_crossentropy", "softmax", make_dense_or_sparse, {}, label_kind::either, true, false,
    label_range::distribution};

extern const loss_kind sparse_categorical_crossentropy_loss;
const loss_kind sparse_categorical_crossentropy_loss{
    "sparse_categorical_crossentropy", "softmax", make_sparse, {},
    label_kind::class_number,          true,      false,       label_range::class_number};

} // namespace dk::nn
