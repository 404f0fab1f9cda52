#include "common/error.hpp"
#include "nn/loss.hpp"
#include "nn/metric.hpp"

#include <algorithm>
#include <optional>

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

/// What the keys say.
struct decision_keys {
  std::optional<float> threshold;  ///< outputs above it decide, each for itself; none: the largest, or those above 0.5
  std::optional<std::size_t> only; ///< this class alone
  std::string average;             ///< of several classes; "": as below

  explicit decision_keys(const spec& from) : average(value_or<std::string>(from, "average", "")) {
    if (from.keys.contains("threshold"))
      threshold = from.keys["threshold"].get<float>();
    if (from.keys.contains("class_id"))
      only = from.keys["class_id"].get<std::size_t>();
    if (only && !threshold)
      threshold = 0.5F; // as Keras does
  }
};

/// Counts decisions per class. A model of one output decides about one class; of two exclusive ones the second is what
/// is looked for; of more, the value is the mean over the classes.
class decisions final : public metric {
public:
  using measure = double (*)(const class_counts& c);

  decisions(const metric_use& use, decision_keys keys, measure what) : use_(use), keys_(std::move(keys)), what_(what) {
    if (keys_.only && *keys_.only >= use.width)
      throw failure{errc::shape, "class_id = " + std::to_string(*keys_.only) + ", but the model has outputs for 0 to " +
                                     std::to_string(use.width - 1)};
  }

  std::size_t counters() const override { return 3 * use_.width; }

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row, outputs += use_.width, labels += use_.label_width) {
      if (use_.is_choice() && !keys_.threshold)
        count_choice(outputs, labels, counters);
      else
        for (std::size_t i = 0; i < use_.width; ++i)
          count_one(outputs[i] > keys_.threshold.value_or(0.5F), is_there(labels, i), counters + 3 * i);
    }
  }

  double value(const std::uint64_t* counters) const override {
    const auto counts_of = [&](std::size_t i) {
      return class_counts{counters[3 * i], counters[3 * i + 1], counters[3 * i + 2]};
    };
    if (keys_.only)
      return what_(counts_of(*keys_.only));
    if (keys_.average.empty() && use_.is_choice() && use_.width == 2)
      return what_(counts_of(1));
    class_counts pooled{};
    double sum = 0;
    double weighted = 0;
    for (std::size_t i = 0; i < use_.width; ++i) {
      const auto one = counts_of(i);
      pooled = {pooled.right + one.right, pooled.given + one.given, pooled.there + one.there};
      sum += what_(one);
      weighted += what_(one) * static_cast<double>(one.there);
    }
    if (keys_.average == "micro")
      return what_(pooled);
    if (keys_.average == "weighted")
      return pooled.there == 0 ? 0 : weighted / static_cast<double>(pooled.there);
    return sum / static_cast<double>(use_.width);
  }

private:
  bool is_there(const float* label, std::size_t i) const {
    return use_.has_class_numbers() ? *label == static_cast<float>(i) : label[i] > 0.5F;
  }

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
  decision_keys keys_;
  measure what_;
};

template <double (*What)(const class_counts&)>
std::unique_ptr<metric> make_decisions(const spec& from, const metric_use& use) {
  return std::make_unique<decisions>(use, decision_keys{from}, What);
}

std::vector<std::string> averages() {
  return {"macro", "micro", "weighted"};
}

std::vector<key_rule> decision_rules() {
  return {{"threshold", key_kind::number},
          {"class_id", key_kind::whole, false, {0, 1U << 30U}},
          {"average", key_kind::word, false, {}, averages()}};
}

} // namespace

extern const metric_kind precision_metric;
const metric_kind precision_metric{"precision", decision_rules(), make_decisions<precision_of>, {}};

extern const metric_kind recall_metric;
const metric_kind recall_metric{"recall", decision_rules(), make_decisions<recall_of>, {}};

extern const metric_kind f1_metric;
const metric_kind f1_metric{"f1", decision_rules(), make_decisions<f1_of>, {"f1_score"}};

} // namespace dk::nn
