#include "common/error.hpp"
#include "nn/loss.hpp"
#include "nn/metric.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Counts how many decisions there were, and how many of them were right.
class share_of_right : public metric {
public:
  explicit share_of_right(const metric_use& use) : use_(use) {}

  std::size_t counters() const override { return 2; }

  double value(const std::uint64_t* counters) const override {
    return counters[1] == 0 ? 0 : static_cast<double>(counters[0]) / static_cast<double>(counters[1]);
  }

protected:
  const metric_use& use() const { return use_; }

  std::size_t class_of(const float* label) const {
    return use_.has_class_numbers() ? static_cast<std::size_t>(std::max(0.0F, *label)) : largest(label, use_.width);
  }

private:
  metric_use use_;
};

/// Whether the largest output is that of the row's class.
class categorical_accuracy final : public share_of_right {
public:
  using share_of_right::share_of_right;

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row)
      counters[0] += largest(outputs + row * use().width, use().width) == class_of(labels + row * use().label_width);
    counters[1] += rows;
  }
};

/// Whether each output is on its label's side: above the threshold just when the label is above 0.5.
class binary_accuracy final : public share_of_right {
public:
  explicit binary_accuracy(const metric_use& use, float threshold = 0.5F)
      : share_of_right(use), threshold_(threshold) {}

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    const auto count = rows * use().width;
    for (std::size_t i = 0; i < count; ++i)
      counters[0] += (outputs[i] > threshold_) == (labels[i] > 0.5F);
    counters[1] += count;
  }

private:
  float threshold_;
};

/// Whether fewer than k outputs are above that of the row's class.
class top_k final : public share_of_right {
public:
  top_k(const metric_use& use, std::size_t k) : share_of_right(use), k_(k) {}

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row, outputs += use().width) {
      const auto right = class_of(labels + row * use().label_width);
      if (right >= use().width)
        continue;
      const auto above = std::count_if(outputs, outputs + use().width, [&](float o) { return o > outputs[right]; });
      counters[0] += static_cast<std::size_t>(above) < k_;
    }
    counters[1] += rows;
  }

private:
  std::size_t k_;
};

void need_classes(const char* name, const metric_use& use) {
  if (use.width < 2)
    throw failure{errc::shape, std::string{name} + " needs an output for each class; there is one output"};
}

std::unique_ptr<metric> make_accuracy(const spec&, const metric_use& use) {
  if (use.is_choice())
    return std::make_unique<categorical_accuracy>(use);
  return std::make_unique<binary_accuracy>(use);
}

std::unique_ptr<metric> make_binary(const spec& from, const metric_use& use) {
  if (use.has_class_numbers())
    throw failure{errc::shape, "binary_accuracy needs a label for each output, not a class number; take accuracy"};
  return std::make_unique<binary_accuracy>(use, value_or(from, "threshold", 0.5F));
}

std::unique_ptr<metric> make_categorical(const spec&, const metric_use& use) {
  need_classes("categorical_accuracy", use);
  return std::make_unique<categorical_accuracy>(use);
}

std::unique_ptr<metric> make_top_k(const spec& from, const metric_use& use) {
  need_classes("top_k", use);
  return std::make_unique<top_k>(use, value_or<std::size_t>(from, "k", 5));
}

} // namespace

extern const metric_kind accuracy_metric;
const metric_kind accuracy_metric{"accuracy", {}, make_accuracy, {"acc"}};

extern const metric_kind binary_accuracy_metric;
const metric_kind binary_accuracy_metric{"binary_accuracy", {{"threshold", key_kind::number}}, make_binary, {}};

extern const metric_kind categorical_accuracy_metric;
const metric_kind categorical_accuracy_metric{
    "categorical_accuracy", {}, make_categorical, {"sparse_categorical_accuracy"}};

extern const metric_kind top_k_metric;
const metric_kind top_k_metric{"top_k",
                               {{"k", key_kind::whole, false, at_least(1)}},
                               make_top_k,
                               {"top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"}};

} // namespace dk::nn
