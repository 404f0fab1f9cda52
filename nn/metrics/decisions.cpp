#include "common/error.hpp"
#include "nn/loss.hpp"
#include "nn/metric.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Of one class: rows that were rightly given to it, given to it, and of it.
struct class_counts {
  std::uint64_t right;
  std::uint64_t given;
  std::uint64_t there;
};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double precision_of(const class_counts& c) {
  return share(c.right, c.given);
}

double recall_of(const class_counts& c) {
  return share(c.right, c.there);
}

double f1_of(const class_counts& c) {
  return share(2 * c.right, c.given + c.there);
}

/// Counts decisions per class. A model of one output decides about one class; of two exclusive ones the second is what
/// is looked for; of more, the value is the mean over the classes.
class decisions final : public metric {
public:
  using measure = double (*)(const class_counts& c);

  decisions(const metric_use& use, measure what) : use_(use), what_(what) {}

  std::size_t counters() const override { return 3 * use_.width; }

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row, outputs += use_.width, labels += use_.label_width) {
      if (use_.is_choice())
        count_choice(outputs, labels, counters);
      else
        for (std::size_t i = 0; i < use_.width; ++i)
          count_one(outputs[i] > 0.5F, labels[i] > 0.5F, counters + 3 * i);
    }
  }

  double value(const std::uint64_t* counters) const override {
    const auto of = [&](std::size_t i) { return what_({counters[3 * i], counters[3 * i + 1], counters[3 * i + 2]}); };
    if (use_.is_choice() && use_.width == 2)
      return of(1);
    double sum = 0;
    for (std::size_t i = 0; i < use_.width; ++i)
      sum += of(i);
    return sum / static_cast<double>(use_.width);
  }

private:
  void count_choice(const float* outputs, const float* label, std::uint64_t* counters) const {
    const auto chosen = largest(outputs, use_.width);
    const auto right =
        use_.has_class_numbers() ? static_cast<std::size_t>(std::max(0.0F, *label)) : largest(label, use_.width);
    for (std::size_t i = 0; i < use_.width; ++i)
      count_one(i == chosen, i == right, counters + 3 * i);
  }

  static void count_one(bool given, bool there, std::uint64_t* counters) {
    counters[0] += given && there;
    counters[1] += given;
    counters[2] += there;
  }

  metric_use use_;
  measure what_;
};

template <double (*What)(const class_counts&)>
std::unique_ptr<metric> make_decisions(const spec&, const metric_use& use) {
  return std::make_unique<decisions>(use, What);
}

} // namespace

extern const metric_kind precision_metric;
const metric_kind precision_metric{"precision", {}, make_decisions<precision_of>, {}};

extern const metric_kind recall_metric;
const metric_kind recall_metric{"recall", {}, make_decisions<recall_of>, {}};

extern const metric_kind f1_metric;
const metric_kind f1_metric{"f1", {}, make_decisions<f1_of>, {"f1_score"}};

} // namespace dk::nn
