// assemble: the columns, one beside the other in the order given, as one f32 column `to` whose cells are vectors. The
// columns stay.

#include "data/parallel.hpp"
#include "data/transforms/transform.hpp"

#include <algorithm>

namespace dk::data {

namespace {

void apply(const spec& given, const nlohmann::json&, table& to) {
  const auto names = source_columns(given);
  std::size_t wide = 0;
  std::vector<std::string> fields;
  for (const auto& name : names) {
    const auto& one = to.at(name);
    wide += width(one);
    for (std::size_t i = 0; i < width(one); ++i)
      fields.push_back(i < one.fields.size() && width(one) > 1 ? one.fields[i] : name);
  }
  const auto rows = to.rows();
  block_writer all{rows * wide};
  std::size_t at = 0;
  for (const auto& name : names) {
    const auto& one = to.at(name);
    const auto own = width(one);
    visit_values(one, [&](const auto* x, std::size_t) {
      over_ranges(rows, 1U << 16U, [&, y = all.data() + at](std::size_t first, std::size_t last) {
        for (auto row = first; row < last; ++row)
          std::transform(x + row * own, x + (row + 1) * own, y + row * wide,
                         [](auto value) { return static_cast<float>(value); });
      });
    });
    at += own;
  }
  to.put({given.keys.at("to").get<std::string>(), {wide}, std::move(all).done(), to.at(names.front()).origin, fields});
}

} // namespace

extern const transform_kind assemble_transform;
const transform_kind assemble_transform{"assemble", {}, column_use::into_one, nullptr, apply};

} // namespace dk::data
