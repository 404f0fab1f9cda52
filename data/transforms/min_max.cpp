// min_max: y = to[0] + (x - from[0]) * (to[1] - to[0]) / (from[1] - from[0]). Without `from`, the least and the
// greatest number of the training rows stand for it, each place of a cell by itself; a place that never varies becomes
// to[0]. `to` is [0, 1] unless given, or where it names new columns. Numbers outside `from` land outside `to`.

#include "common/error.hpp"
#include "data/transforms/learn_by_column.hpp"
#include "data/transforms/mapping.hpp"

#include <algorithm>
#include <limits>

namespace dk::data {

namespace {

struct scale {
  std::vector<double> low; ///< of each place of a cell
  std::vector<double> high;
  double to_low = 0;
  double to_high = 1;
};

struct extremes {
  std::vector<double> low;
  std::vector<double> high;
};

void learn_min_max_column(const column& from, extremes& of) {
  of.low.resize(width(from), std::numeric_limits<double>::infinity());
  of.high.resize(width(from), -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < of.low.size(); ++i)
    over_element(from, i, [&](double x) {
      of.low[i] = std::min(of.low[i], x);
      of.high[i] = std::max(of.high[i], x);
    });
}

nlohmann::json learned_min_max(const extremes& of, const std::string& place) {
  for (std::size_t i = 0; i < of.low.size(); ++i)
    if (!std::isfinite(of.low[i]) || !std::isfinite(of.high[i]))
      throw failure{errc::data, place + "has no finite numbers to fit `min_max` to at element " + std::to_string(i) +
                                    "; impute or drop it"};
  return {{"low", of.low}, {"high", of.high}};
}

std::unique_ptr<learning> learn_min_max(const spec& given) {
  return given.keys.contains("from") ? nullptr
                                     : learn_by_column<extremes>(given, learn_min_max_column, learned_min_max);
}

scale scale_of(const spec& given, const nlohmann::json& fitted, const column& which) {
  scale s;
  if (const auto range = given.keys.find("from"); range != given.keys.end()) {
    s.low.assign(width(which), (*range)[0].get<double>());
    s.high.assign(width(which), (*range)[1].get<double>());
  } else {
    s.low = fitted_numbers(given, fitted, which, "low");
    s.high = fitted_numbers(given, fitted, which, "high");
  }
  if (const auto to = given.keys.find("to"); to != given.keys.end() && to->is_array() && to->front().is_number()) {
    s.to_low = (*to)[0].get<double>();
    s.to_high = (*to)[1].get<double>();
  }
  return s;
}

void apply_min_max(const spec& given, const nlohmann::json& fitted, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    const auto s = scale_of(given, fitted, from);
    std::vector<double> factor;
    for (std::size_t i = 0; i < s.low.size(); ++i)
      factor.push_back(s.high[i] == s.low[i] ? 0 : (s.to_high - s.to_low) / (s.high[i] - s.low[i]));
    put_like(to, from, target, mapped(from, [&](double x, std::size_t i) { // in double: `high` lands on to[1] exactly
               return s.to_low + (x - s.low[i]) * factor[i];
             }));
  }
}

void invert_min_max(const spec& given, const nlohmann::json& fitted, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    auto from = to.at(target);
    from.name = source;
    const auto s = scale_of(given, fitted, from);
    put_like(to, from, source, mapped(from, [&](double y, std::size_t i) {
               return s.low[i] + (y - s.to_low) * (s.high[i] - s.low[i]) / (s.to_high - s.to_low);
             }));
  }
}

} // namespace

extern const transform_kind min_max_transform;
const transform_kind min_max_transform{
    "min_max",        {{"from", key_kind::bounds}, {"to", key_kind::names_or_bounds}},
    column_use::each, learn_min_max,
    apply_min_max,    invert_min_max};

} // namespace dk::data
