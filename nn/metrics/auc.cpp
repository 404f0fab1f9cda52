#include "nn/metric.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

/// The area under the ROC curve, from histograms of the outputs of rows that belong to a class and of those that do
/// not: `thresholds` evenly from 0 to 1, as Keras's AUC. Of two exclusive classes it is that of the second, of more the
/// mean over the classes that have rows of both kinds.
class area_under_curve final : public metric {
public:
  area_under_curve(const metric_use& use, std::size_t thresholds) : use_(use), bins_(thresholds - 1) {}

  std::size_t counters() const override { return 2 * bins_ * use_.width; }

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row, outputs += use_.width, labels += use_.label_width)
      for (std::size_t i = 0; i < use_.width; ++i) {
        const bool there = use_.has_class_numbers() ? *labels == static_cast<float>(i) : labels[i] > 0.5F;
        ++counters[(2 * i + (there ? 1 : 0)) * bins_ + bin_of(outputs[i])];
      }
  }

  double value(const std::uint64_t* counters) const override {
    if (use_.is_choice() && use_.width == 2)
      return std::max(0.0, area(counters + 2 * bins_));
    double sum = 0;
    std::size_t told = 0;
    for (std::size_t i = 0; i < use_.width; ++i)
      if (const auto one = area(counters + 2 * bins_ * i); one >= 0) {
        sum += one;
        ++told;
      }
    return told == 0 ? 0 : sum / static_cast<double>(told);
  }

private:
  // An output is above threshold i of 0, 1, ... just when its bin is i or more. NaN counts as the lowest.
  std::size_t bin_of(float output) const {
    const auto scaled = std::ceil(static_cast<double>(output) * static_cast<double>(bins_)) - 1;
    return scaled > 0 ? std::min(static_cast<std::size_t>(std::min(scaled, 1e9)), bins_ - 1) : 0;
  }

  // By trapezoids; below 0 where rows of one kind are missing.
  double area(const std::uint64_t* others) const {
    const auto* const there = others + bins_;
    double false_positives = 0;
    double true_positives = 0;
    double twice = 0;
    for (auto bin = bins_; bin-- > 0;) {
      const auto others_here = static_cast<double>(others[bin]);
      const auto there_here = static_cast<double>(there[bin]);
      twice += others_here * (2 * true_positives + there_here);
      false_positives += others_here;
      true_positives += there_here;
    }
    return false_positives == 0 || true_positives == 0 ? -1 : twice / (2 * false_positives * true_positives);
  }

  metric_use use_;
  std::size_t bins_;
};

std::unique_ptr<metric> make_auc(const spec& from, const metric_use& use) {
  return std::make_unique<area_under_curve>(use, value_or<std::size_t>(from, "thresholds", 200));
}

} // namespace

extern const metric_kind auc_metric;
const metric_kind auc_metric{"auc", {{"thresholds", value_kind::count, false, 2, 100'001}}, make_auc, {}};

} // namespace dk::nn
