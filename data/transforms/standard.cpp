// standard: y = (x - mean) / deviation, each place of a cell by itself, with the mean and the standard deviation (of
// the population, divided by the row count) of the training rows. A place that never varies becomes 0. Missing numbers
// (NaN) count for nothing and stay missing.

#include "common/error.hpp"
#include "data/transforms/learn_by_column.hpp"
#include "data/transforms/mapping.hpp"

namespace dk::data {

namespace {

struct moments {
  double mean = 0;
  double squares = 0; ///< sum of (x - mean)^2
  double count = 0;

  // Welford's recurrence: no large sums cancel.
  void add(double x) {
    ++count;
    const auto off = x - mean;
    mean += off / count;
    squares += off * (x - mean);
  }
};

// Of each place of a cell.
void learn_standard_column(const column& from, std::vector<moments>& of) {
  of.resize(width(from));
  for (std::size_t i = 0; i < of.size(); ++i)
    over_element(from, i, [&](double x) { of[i].add(x); });
}

nlohmann::json learned_standard(const std::vector<moments>& of, const std::string& place) {
  std::vector<double> means;
  std::vector<double> deviations;
  for (const auto& m : of) {
    const auto deviation = std::sqrt(m.squares / m.count);
    if (m.count == 0 || !std::isfinite(deviation))
      throw failure{errc::data, place + "has no finite numbers to fit `standard` to at element " +
                                    std::to_string(means.size()) + "; impute or drop it"};
    means.push_back(m.mean);
    deviations.push_back(deviation > 0 ? deviation : 1);
  }
  return {{"mean", means}, {"deviation", deviations}};
}

std::unique_ptr<learning> learn_standard(const spec& given) {
  return learn_by_column<std::vector<moments>>(given, learn_standard_column, learned_standard);
}

void apply_standard(const spec& given, const nlohmann::json& fitted, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    const auto mean = fitted_numbers(given, fitted, from, "mean");
    const auto deviation = fitted_numbers(given, fitted, from, "deviation");
    put_like(to, from, target, mapped(from, [&](double x, std::size_t i) { return (x - mean[i]) / deviation[i]; }));
  }
}

void invert_standard(const spec& given, const nlohmann::json& fitted, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    auto from = to.at(target);
    from.name = source;
    const auto mean = fitted_numbers(given, fitted, from, "mean");
    const auto deviation = fitted_numbers(given, fitted, from, "deviation");
    put_like(to, from, source, mapped(from, [&](double y, std::size_t i) { return y * deviation[i] + mean[i]; }));
  }
}

} // namespace

extern const transform_kind standard_transform;
const transform_kind standard_transform{"standard",     {}, column_use::each, learn_standard, apply_standard,
                                        invert_standard};

} // namespace dk::data
