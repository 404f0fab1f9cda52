#include "data/table.hpp"

#include "data/pipeline.hpp"
#include "data/rows.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using dk::errc;
using dk::data::column;
using dk::data::table;
using dk::test::failure_of;

namespace {

column bytes(const std::string& name, std::vector<std::size_t> shape, std::vector<std::uint8_t> values) {
  return {name, std::move(shape), std::move(values), "f", {}};
}

} // namespace

TEST_CASE("a table keeps its columns in order and replaces by name", "[data][table]") {
  table t;
  t.put(bytes("b", {2}, {1, 2, 3, 4}));
  t.put(bytes("a", {}, {5, 6}));
  t.put({"b", {}, std::vector<double>{0.5, 1.5}, "f", {}});
  CHECK(t.names() == std::vector<std::string>{"b", "a"});
  CHECK(t.rows() == 2);
  CHECK(dk::data::type_name(t.at("b")) == "f64");
  CHECK(t.find("c") == nullptr);
}

TEST_CASE("a lone column may be replaced by one with other rows", "[data][table]") {
  table t;
  t.put(bytes("a", {}, {1, 2}));
  t.put(bytes("a", {}, {1, 2, 3}));
  CHECK(t.rows() == 3);
}

TEST_CASE("a column of other rows, or of no whole rows, is refused", "[data][table]") {
  table t;
  t.put(bytes("features", {}, {1, 2}));
  CHECK(failure_of(errc::data, [&] { t.put(bytes("label", {}, {1})); }) ==
        "f: column `label` has 1 row, column `features` has 2 (f); give files that belong together");
  CHECK(failure_of(errc::data, [&] {
          t.put(bytes("x", {2}, {1, 2, 3}));
        }) == "f: column `x` has 3 numbers, which do not fill rows of 2");
}

TEST_CASE("a missing column suggests the nearest name", "[data][table]") {
  table t;
  t.put(bytes("features", {}, {1, 2}));
  CHECK(failure_of(errc::data, [&] { t.at("feature"); }) ==
        "f: no column `feature` (did you mean \"features\"?); the table has: features");
}

TEST_CASE("a place names the row, the column and the field", "[data][table]") {
  auto c = bytes("x", {2}, {1, 2, 3, 4});
  CHECK(dk::data::place(c, 3) == "f: row 1 (the first is 0) of column `x`, element 1");
  c.fields = {"pt", "eta"};
  CHECK(dk::data::place(c, 2) == "f: row 1 (the first is 0) of column `x`, field `pt`");
  CHECK(dk::data::shortest(0.1) == "0.1");
}

TEST_CASE("a table knows its rows while it has no columns", "[data][table]") {
  table t{3};
  CHECK(t.rows() == 3);
  CHECK(failure_of(errc::data, [&] {
          t.put(bytes("a", {}, {1, 2}));
        }) == "f: column `a` has 2 rows, the table has 3; give files that belong together");
  t.put(bytes("a", {}, {1, 2, 3}));
  dk::data::apply({{{"drop", {{"column", "a"}}}, nlohmann::json::object()}}, t);
  CHECK(t.columns().empty());
  CHECK(t.rows() == 3);
  CHECK(dk::data::slice(t, 1, 2).rows() == 2);
  CHECK(dk::data::picked(t, {0, 2}).rows() == 2);
  CHECK(dk::data::counted_from(t, 7).rows() == 3);
  CHECK(dk::data::joined({t, t, t}).rows() == 9);
}
