// select: keeps these columns, in this order, and no others.

#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

void apply_select(const spec& given, const nlohmann::json&, table& to) {
  table rest{to.rows()};
  for (const auto& name : source_columns(given))
    rest.put(to.at(name));
  to = std::move(rest);
}

} // namespace

extern const transform_kind select_transform;
const transform_kind select_transform{"select", {}, column_use::listed, nullptr, apply_select};

} // namespace dk::data
