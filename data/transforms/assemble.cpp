// assemble: the columns, one beside the other in the order given, as one f32 column `to` whose cells are vectors. The
// columns stay.

#include "data/assemble.hpp"
#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

void apply_assemble(const spec& given, const nlohmann::json&, table& to) {
  to.put(assembled(to, source_columns(given), given.keys.at("to").get<std::string>()));
}

} // namespace

extern const transform_kind assemble_transform;
const transform_kind assemble_transform{"assemble", {}, column_use::into_one, nullptr, apply_assemble};

} // namespace dk::data
