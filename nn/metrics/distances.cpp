// How far numbers are from their labels: what a regression is measured by.
#include "common/error.hpp"
#include "nn/exact_sum.hpp"
#include "nn/metric.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

double distance_between(float output, float label) {
  return static_cast<double>(output) - static_cast<double>(label);
}

double distance_of(float output, float label) {
  return std::abs(distance_between(output, label));
}

double squared_distance(float output, float label) {
  return distance_between(output, label) * distance_between(output, label);
}

// As Keras: labels nearer to 0 than its epsilon count as that.
double relative_distance(float output, float label) {
  constexpr double epsilon = 1e-7;
  return 100 * distance_of(output, label) / std::max(std::abs(static_cast<double>(label)), epsilon);
}

double as_it_is(double x) {
  return x;
}

double root_of(double x) {
  return std::sqrt(x);
}

/// The mean of what each output is off by, over rows and outputs.
class mean_distance final : public metric {
public:
  using distance = double (*)(float output, float label);
  using last_step = double (*)(double mean);

  mean_distance(const metric_use& use, distance how_far, last_step last) : use_(use), how_far_(how_far), last_(last) {}

  std::size_t counters() const override { return exact_sum::counters + 1; }

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    const auto count = rows * use_.width;
    for (std::size_t i = 0; i < count; ++i)
      exact_sum::add(how_far_(outputs[i], labels[i]), counters);
    counters[exact_sum::counters] += count;
  }

  double value(const std::uint64_t* counters) const override {
    const auto count = counters[exact_sum::counters];
    return count == 0 ? 0 : last_(static_cast<double>(exact_sum::value(counters) / static_cast<long double>(count)));
  }

private:
  metric_use use_;
  distance how_far_;
  last_step last_;
};

/// 1 - squares of what is off / squares of the labels' distance from their mean; of several outputs the mean. 0 for an
/// output whose labels are all equal.
class determination final : public metric {
public:
  explicit determination(const metric_use& use) : use_(use) {}

  std::size_t counters() const override { return 3 * exact_sum::counters * use_.width + 1; }

  void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const override {
    for (std::size_t row = 0; row < rows; ++row, outputs += use_.width, labels += use_.width)
      for (std::size_t i = 0; i < use_.width; ++i) {
        auto* const own = counters + 3 * exact_sum::counters * i;
        const auto label = static_cast<double>(labels[i]);
        exact_sum::add(squared_distance(outputs[i], labels[i]), own);
        exact_sum::add(label, own + exact_sum::counters);
        exact_sum::add(label * label, own + 2 * exact_sum::counters);
      }
    counters[3 * exact_sum::counters * use_.width] += rows;
  }

  double value(const std::uint64_t* counters) const override {
    const auto rows = static_cast<long double>(counters[3 * exact_sum::counters * use_.width]);
    long double sum = 0;
    for (std::size_t i = 0; i < use_.width && rows > 0; ++i) {
      const auto* const own = counters + 3 * exact_sum::counters * i;
      const auto labels = exact_sum::value(own + exact_sum::counters);
      const auto spread = exact_sum::value(own + 2 * exact_sum::counters) - labels * labels / rows;
      if (!(spread <= 0))
        sum += 1 - exact_sum::value(own) / spread;
    }
    return static_cast<double>(sum / static_cast<long double>(use_.width));
  }

private:
  metric_use use_;
};

void need_numbers(const char* name, const metric_use& use) {
  if (use.label_width != use.width)
    throw failure{errc::shape, std::string{name} + " needs a label for each output, not a class number; take accuracy"};
}

std::unique_ptr<metric> make_mae(const spec&, const metric_use& use) {
  need_numbers("mae", use);
  return std::make_unique<mean_distance>(use, distance_of, as_it_is);
}

std::unique_ptr<metric> make_mse(const spec&, const metric_use& use) {
  need_numbers("mse", use);
  return std::make_unique<mean_distance>(use, squared_distance, as_it_is);
}

std::unique_ptr<metric> make_rmse(const spec&, const metric_use& use) {
  need_numbers("rmse", use);
  return std::make_unique<mean_distance>(use, squared_distance, root_of);
}

std::unique_ptr<metric> make_mape(const spec&, const metric_use& use) {
  need_numbers("mape", use);
  return std::make_unique<mean_distance>(use, relative_distance, as_it_is);
}

std::unique_ptr<metric> make_r2(const spec&, const metric_use& use) {
  need_numbers("r2", use);
  return std::make_unique<determination>(use);
}

} // namespace

extern const metric_kind mae_metric;
const metric_kind mae_metric{"mae", {}, make_mae, {"mean_absolute_error"}};

extern const metric_kind mse_metric;
const metric_kind mse_metric{"mse", {}, make_mse, {"mean_squared_error"}};

extern const metric_kind rmse_metric;
const metric_kind rmse_metric{"rmse", {}, make_rmse, {"root_mean_squared_error"}};

extern const metric_kind mape_metric;
const metric_kind mape_metric{"mape", {}, make_mape, {"mean_absolute_percentage_error"}};

extern const metric_kind r2_metric;
const metric_kind r2_metric{"r2", {}, make_r2, {"r2_score"}};

} // namespace dk::nn
