// clip: what is below `low` becomes `low`, what is above `high` becomes `high`; either may be left out. Missing numbers
// stay missing.

#include "data/transforms/mapping.hpp"

#include <limits>

namespace dk::data {

namespace {

constexpr double no_bound = std::numeric_limits<double>::infinity();

void apply_clip(const spec& given, const nlohmann::json&, table& to) {
  const auto low = number_key(given, "low", -no_bound);
  const auto high = number_key(given, "high", no_bound);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    put_like(to, from, target, mapped(from, [=](double x, std::size_t) {
               return x < low ? low : x > high ? high : x;
             }));
  }
}

void check_clip(const spec& given) {
  const auto low = number_key(given, "low", -no_bound);
  const auto high = number_key(given, "high", no_bound);
  if (low > high)
    throw key_failure{"transform `clip`: `low` is " + shortest(low) + ", expected at most `high` = " + shortest(high),
                      "low"};
  if (!given.keys.contains("low") && !given.keys.contains("high"))
    throw key_failure{"transform `clip`: needs `low`, `high` or both", ""};
}

} // namespace

extern const transform_kind clip_transform;
const transform_kind clip_transform{
    "clip",    {{"low", key_kind::number}, {"high", key_kind::number}}, column_use::each, nullptr, apply_clip, nullptr,
    check_clip};

} // namespace dk::data
