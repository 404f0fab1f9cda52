#include "data/formats/raw_floats.hpp"

#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace dk::test;
using dk::errc;

namespace {

dk::data::table read(const std::string& bytes, std::size_t width) {
  return dk::data::raw_floats::slices_in(dk::data::bytes_in(bytes), "f", {"raw_floats", {{"width", width}}})->all();
}

} // namespace

TEST_CASE("numbers without a header are rows of a width that is said", "[data][raw_floats]") {
  const std::string bytes{"\0\0\x80\x3F\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16}; // 1, 2, 3, 4
  const auto made = read(bytes, 2);
  CHECK(made.rows() == 2);
  CHECK(values_of(made, "features") == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("numbers that are no whole rows are named", "[data][raw_floats]") {
  CHECK(failure_of(errc::data, [] { read("abcdefgh", 3); }) ==
        "f: has 8 bytes, expected rows of 3 numbers of 4; fetch it again, or correct `width`");
  CHECK(failure_of(errc::data, [] { read("abc", 1); }).find("f: has 3 bytes") == 0);
  CHECK(failure_of(errc::data, [] { read("", 1); }).find("f: has 0 bytes") == 0);
}
