#include "nn/metric.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

enum class curve { roc, pr };
enum class summation { interpolation, minoring, majoring };

/// Rows that were told to belong to a class, rightly and wrongly, at one threshold.
struct positives {
  double right = 0;
  double wrong = 0;

  double all() const { return right + wrong; }
  double precision() const { return all() == 0 ? 0 : right / all(); }
};

double height_between(summation how, double a, double b) {
  if (how == summation::interpolation)
    return (a + b) / 2;
  return how == summation::minoring ? std::min(a, b) : std::max(a, b);
}

// Davis and Goadrich 2006: between two points of a PR curve precision is no straight line; true positives are one of
// all that were told positive. `low` is the point of the lower threshold.
double interpolated_pr(const positives& low, const positives& high, double there) {
  const auto slope = low.all() == high.all() ? 0 : (low.right - high.right) / (low.all() - high.all());
  const auto intercept = high.right - slope * high.all();
  const auto ratio = low.all() > 0 && high.all() > 0 ? low.all() / high.all() : 1;
  return slope * (low.right - high.right + intercept * std::log(ratio)) / there;
}

/// The area under the ROC or the PR curve, from histograms of the outputs of rows that belong to a class and of those
/// that do not: `thresholds` evenly from 0 to 1, as Keras's AUC. Of two exclusive classes it is that of the second, of
/// more the mean over the classes that have rows of both kinds.
class area_under_curve final : public metric {
public:
  area_under_curve(const metric_use& use, std::size_t thresholds, curve which, summation how, bool from_logits)
      : use_(use), bins_(thresholds - 1), which_(which), how_(how), from_logits_(from_logits) {}

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
    const auto x = static_cast<double>(output);
    const auto scaled = std::ceil((from_logits_ ? 1 / (1 + std::exp(-x)) : x) * static_cast<double>(bins_)) - 1;
    return scaled > 0 ? std::min(static_cast<std::size_t>(std::min(scaled, 1e9)), bins_ - 1) : 0;
  }

  // From the highest threshold down; below 0 where rows of one kind are missing.
  double area(const std::uint64_t* others) const {
    const auto* const there = others + bins_;
    positives all;
    for (std::size_t bin = 0; bin < bins_; ++bin) {
      all.right += static_cast<double>(there[bin]);
      all.wrong += static_cast<double>(others[bin]);
    }
    if (all.right == 0 || all.wrong == 0)
      return -1;
    double sum = 0;
    positives high;
    for (auto bin = bins_; bin-- > 0;) {
      auto low = high;
      low.right += static_cast<double>(there[bin]);
      low.wrong += static_cast<double>(others[bin]);
      sum += between(low, high, all);
      high = low;
    }
    return which_ == curve::roc ? sum / (all.wrong * all.right) : sum; // once, so that whole numbers stay exact
  }

  double between(const positives& low, const positives& high, const positives& all) const {
    if (which_ == curve::roc)
      return (low.wrong - high.wrong) * height_between(how_, low.right, high.right);
    if (how_ == summation::interpolation)
      return interpolated_pr(low, high, all.right);
    return (low.right - high.right) / all.right * height_between(how_, low.precision(), high.precision());
  }

  metric_use use_;
  std::size_t bins_;
  curve which_;
  summation how_;
  bool from_logits_;
};

std::vector<std::string> curves() {
  return {"roc", "pr"};
}

std::vector<std::string> summations() {
  return {"interpolation", "minoring", "majoring"};
}

std::unique_ptr<metric> make_auc(const spec& from, const metric_use& use) {
  const auto which = value_or<std::string>(from, "curve", "roc") == "pr" ? curve::pr : curve::roc;
  const auto word = value_or<std::string>(from, "summation_method", "interpolation");
  const auto how = word == "minoring"   ? summation::minoring
                   : word == "majoring" ? summation::majoring
                                        : summation::interpolation;
  return std::make_unique<area_under_curve>(use, value_or<std::size_t>(from, "thresholds", 200), which, how,
                                            value_or(from, "from_logits", false));
}

} // namespace

extern const metric_kind auc_metric;
const metric_kind auc_metric{"auc",
                             {{"thresholds", key_kind::whole, false, {2, 100'001}},
                              {"curve", key_kind::word, false, {}, curves()},
                              {"summation_method", key_kind::word, false, {}, summations()},
                              {"from_logits", key_kind::flag}},
                             make_auc,
                             {}};

} // namespace dk::nn
