#include "nn/losses/row_loss.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <string>

namespace dk::nn {

namespace {

class row_loss final : public loss_function {
public:
  row_loss(const row_rule& rule, const loss_use& use)
      : rule_(rule), width_(use.width), on_logits_(use.fused || use.from_logits), answers_(use.answers),
        terms_(rule.mean ? use.width : 1), middle_(use.fused ? 0.0F : 0.5F), smoothing_(use.label_smoothing),
        smooth_(smoothing_ > 0 ? use.width : 0) {}

  loss_sums evaluate(const float* outputs, const float* labels, const float* weights, std::size_t rows,
                     float* gradient) override {
    const auto pass = pass_for(labels, rows * width_);
    const float scale = 1.0F / static_cast<float>(rows * terms_);
    loss_sums sums;
    sums.rows = rows;
    for (std::size_t row = 0; row < rows; ++row, outputs += width_, labels += width_) {
      const float weight = weights == nullptr ? 1.0F : weights[row];
      const double loss =
          pass(outputs, smoothed(labels), width_, scale * weight, gradient) / static_cast<double>(terms_);
      sums.loss_sum += static_cast<double>(weight) * loss;
      count_decisions(answers_, outputs, labels, width_, middle_, sums);
      if (gradient != nullptr)
        gradient += width_;
    }
    return sums;
  }

private:
  row_pass pass_for(const float* labels, std::size_t count) const {
    if (on_logits_)
      return rule_.fused_pass;
    const auto is_binary = [](float y) { return y == 0.0F || y == 1.0F; };
    return rule_.binary_pass != nullptr && std::all_of(labels, labels + count, is_binary) ? rule_.binary_pass
                                                                                          : rule_.pass;
  }

  // Towards one half.
  const float* smoothed(const float* labels) {
    if (smooth_.empty())
      return labels;
    for (std::size_t i = 0; i < width_; ++i)
      smooth_[i] = labels[i] * (1.0F - smoothing_) + 0.5F * smoothing_;
    return smooth_.data();
  }

  row_rule rule_;
  std::size_t width_;
  bool on_logits_;
  answer_kind answers_;
  std::size_t terms_;
  float middle_; // where a decision is: where a sigmoid is left to the loss, 0 becomes one half
  float smoothing_;
  std::vector<float> smooth_; // labels of one row
};

} // namespace

std::unique_ptr<loss_function> make_row_loss(const row_rule& rule, const loss_use& use) {
  if (use.label_width != use.width)
    throw failure{errc::shape, std::string{rule.name} + " compares number by number, but the model has " +
                                   counted(use.width, "output") + " and a label has " +
                                   counted(use.label_width, "number") +
                                   "; make them equal, with one_hot on the label or another last layer"};
  return std::make_unique<row_loss>(rule, use);
}

} // namespace dk::nn
