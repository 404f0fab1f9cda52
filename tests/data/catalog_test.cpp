#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "tests/support.hpp"
#include "tests/walk.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

using dk::errc;
using dk::spec;
using dk::test::failure_in;
using dk::test::failure_of;
using dk::test::temporary_folder;

TEST_CASE("a source names its format and its keys", "[data][formats]") {
  const temporary_folder folder;
  const auto path = folder.write("x.csv", "a,label\n1,2\n");
  CHECK(dk::data::read({"csv", {{"path", path}}}).rows() == 1);
}

TEST_CASE("every format has cases for its files, and for reading them in slices", "[data][formats]") {
  for (const auto& name : dk::data::source_formats()) {
    dk::test::check_tagged("format", name, "data", "tests/data/formats/" + name + "_test.cpp");
    dk::test::check_tagged("format", name, "slices", "tests/data/formats/slices_test.cpp");
  }
}

TEST_CASE("every format is fuzzed", "[data][formats]") {
  std::ifstream file{DK_FUZZ "/CMakeLists.txt"};
  const std::string targets{std::istreambuf_iterator<char>{file}, {}};
  for (const auto& name : dk::data::source_formats()) {
    INFO("format `" << name << "` lacks a target in tests/fuzz; add tests/fuzz/" << name << ".cpp, and its corpus");
    CHECK(targets.find("dk_fuzz(" + name + ' ') != std::string::npos);
    CHECK(std::filesystem::is_directory(DK_FUZZ "/corpus/" + name));
  }
}

TEST_CASE("a plain path tells its format by its content", "[data][formats]") {
  const temporary_folder folder;
  const auto csv = folder.write("x", "a,label\n1,2\n");
  const auto idx = folder.write("y", std::string{"\0\0\x08\x01\0\0\0\x01z", 9});
  const auto other = folder.write("z", std::string{"\x7f\0\0\0", 4});
  CHECK(dk::data::source_of(csv) == spec{"csv", {{"path", csv}}});
  CHECK(dk::data::source_of(idx) == spec{"idx", {{"features", idx}}});
  CHECK(failure_in(folder, errc::data, [&] { dk::data::source_of(other); }) ==
        "z: its format is not known; known are: " + dk::join(dk::data::source_formats()));
}

TEST_CASE("a format is known by its former name", "[data][formats]") {
  CHECK(dk::data::current_format("shards") == "prepared");
  for (const std::string same : {"prepared", "csv", "none", ""})
    CHECK(dk::data::current_format(same) == same);
}

TEST_CASE("relative paths of a source start at a folder", "[data][formats]") {
  CHECK(dk::data::anchored({"idx", {{"features", "a/b"}, {"labels", "/c"}}}, "/base") ==
        spec{"idx", {{"features", "/base/a/b"}, {"labels", "/c"}}});
}

TEST_CASE("a source with wrong keys says which", "[data][formats]") {
  const auto error = [](const spec& source) {
    return failure_of(errc::config, [&] { dk::data::check_source(source); });
  };
  CHECK(error({"cvs", {}}) ==
        "unknown data format `cvs` (did you mean \"csv\"?); known are: " + dk::join(dk::data::source_formats()));
  CHECK(error({"csv", {{"path", "x"}, {"lable", "y"}}}) ==
        "source `csv`: unknown key `lable` (did you mean \"label\"?)");
  CHECK(error({"csv", {{"path", "x"}, {"zzzzzz", "y"}}}) ==
        "source `csv`: unknown key `zzzzzz`; its keys are: path, features, label, columns, delimiter, header, missing, "
        "weight, text, encoding");
  CHECK(error({"csv", {{"path", 7}}}) == "source `csv`: `path` is 7, expected the path of a file");
  CHECK(error({"csv", {{"path", "x"}, {"delimiter", ", "}}}) ==
        "source `csv`: `delimiter` is \", \", expected a string of one character");
  CHECK(error({"csv", {{"path", "x"}, {"features", nlohmann::json::array()}}}) ==
        "source `csv`: `features` is [], expected a string or a list of strings");
  CHECK(error({"idx", nlohmann::json::object()}) == "source `idx`: `features` is missing, expected the path of a file");
}
