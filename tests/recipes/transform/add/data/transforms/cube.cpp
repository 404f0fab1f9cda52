// cube: y = x^3, which keeps the sign.

#include "data/transforms/mapping.hpp"

#include <cmath>

namespace dk::data {

namespace {

void apply_cube(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    put_like(to, from, target, mapped(from, [](double x, auto) { return x * x * x; }));
  }
}

void invert_cube(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(target);
    put_like(to, from, source, mapped(from, [](double y, auto) { return std::cbrt(y); }));
  }
}

} // namespace

extern const transform_kind cube_transform;
const transform_kind cube_transform{"cube", {}, column_use::each, nullptr, apply_cube, invert_cube};

} // namespace dk::data
