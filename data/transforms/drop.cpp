// drop: takes columns out of the table.

#include "data/transforms/transform.hpp"

#include <algorithm>

namespace dk::data {

namespace {

void apply_drop(const spec& given, const nlohmann::json&, table& to) {
  const auto names = source_columns(given);
  for (const auto& name : names)
    to.at(name); // says which there is none of
  table rest{to.rows()};
  for (auto& c : std::move(to).release())
    if (std::find(names.begin(), names.end(), c.name) == names.end())
      rest.put(std::move(c));
  to = std::move(rest);
}

} // namespace

extern const transform_kind drop_transform;
const transform_kind drop_transform{"drop", {}, column_use::listed, nullptr, apply_drop};

} // namespace dk::data
