// union: the rows of another source, `with`, after those of the table, in the table's columns. Training rows only: it
// does nothing to test data or where the model predicts.

#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

spec source_in(const spec& given) {
  const auto& with = given.keys.at("with");
  spec source{current_format(with.at("format").get<std::string>()), with};
  source.keys.erase("format");
  return source;
}

void apply_union(const spec& given, const nlohmann::json&, table& to) {
  to = joined({to, read(source_in(given))});
}

void check_union(const spec& given) {
  check_within("with", [&] { check_source(source_in(given)); });
}

} // namespace

extern const transform_kind union_transform;
const transform_kind union_transform{
    "union", {{"with", key_kind::source, true}}, column_use::none, nullptr, apply_union, nullptr, check_union, true,
    true};

} // namespace dk::data
