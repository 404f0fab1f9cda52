#include "common/text.hpp"
#include "data/pipeline.hpp"
#include "data/transforms/catalog.hpp"
#include "tests/support.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

using dk::errc;
using dk::spec;
using dk::data::table;
using dk::test::failure_of;

namespace {

table images() {
  table t;
  t.put({"features", {2}, std::vector<std::uint8_t>{0, 51, 255, 102}, "i", {}});
  t.put({"label", {}, std::vector<std::uint8_t>{2, 0}, "l", {}});
  return t;
}

std::vector<float> floats(const table& t, const std::string& name) {
  const auto& values = std::get<dk::block>(t.at(name).values);
  return {values.begin(), values.end()};
}

std::string check_error(const spec& transform) {
  return failure_of(errc::config, [&] { dk::data::check_transform(transform); });
}

} // namespace

TEST_CASE("every transform is found and is worked out by hand", "[data][transforms]") {
  for (const auto& name : dk::data::transform_names()) {
    CHECK(dk::data::find_transform(name).name == name);
    dk::test::check_tagged("transform", name, "transforms",
                           "tests/data/transforms/transforms_test.cpp or a file beside it");
  }
}

namespace {

std::string fuzzed_pipelines() {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator{DK_FUZZ "/corpus/pipeline"}) {
    std::ifstream file{entry.path()};
    all.append(std::istreambuf_iterator<char>{file}, {});
  }
  return all;
}

} // namespace

TEST_CASE("every transform that reads no files is fuzzed", "[data][transforms]") {
  const auto pipelines = fuzzed_pipelines();
  for (const auto& name : dk::data::transform_names()) {
    const auto& keys = dk::data::find_transform(name).keys;
    if (std::any_of(keys.begin(), keys.end(), [](const auto& key) { return key.kind == dk::key_kind::source; }))
      continue;
    INFO("transform `" << name << "` lacks a use in tests/fuzz/corpus/pipeline; add it to a file there");
    CHECK(pipelines.find("\"name\":\"" + name + '"') != std::string::npos);
  }
}

TEST_CASE("min_max scales a column in place, ends landing exactly", "[data][transforms][min_max]") {
  auto t = images();
  dk::data::fit({{"min_max", {{"columns", {"features"}}, {"from", {0, 255}}, {"to", {0, 1}}}}}, t);
  CHECK(floats(t, "features") == std::vector<float>{0, 0.2F, 1, 0.4F});
  CHECK(t.at("features").shape == std::vector<std::size_t>{2});
  dk::data::fit({{"min_max", {{"column", "features"}, {"from", {0, 1}}, {"to", {1, -1}}}}}, t);
  CHECK(floats(t, "features")[0] == 1.0F);
  CHECK(floats(t, "features")[2] == -1.0F);
}

TEST_CASE("min_max writes a new column when `to` is a name", "[data][transforms]") {
  auto t = images();
  dk::data::fit({{"min_max", {{"column", "features"}, {"from", {0, 255}}, {"to", "scaled"}}}}, t);
  CHECK(floats(t, "scaled")[2] == 1.0F);
  CHECK(dk::data::type_name(t.at("features")) == "u8");
}

TEST_CASE("one_hot turns class numbers into rows", "[data][transforms][one_hot]") {
  auto t = images();
  dk::data::fit({{"one_hot", {{"column", "label"}, {"classes", 3}, {"to", "hot"}}}}, t);
  CHECK(floats(t, "hot") == std::vector<float>{0, 0, 1, 1, 0, 0});
  CHECK(t.at("hot").shape == std::vector<std::size_t>{3});
  CHECK(dk::data::type_name(t.at("label")) == "u8");
}

TEST_CASE("one_hot names the row and the value that is no class", "[data][transforms]") {
  auto t = images();
  const auto hot = [](const std::string& column, int classes) {
    return std::vector<spec>{{"one_hot", {{"column", column}, {"classes", classes}}}};
  };
  CHECK(failure_of(errc::data, [&] { dk::data::fit(hot("label", 2), t); }) ==
        "l: row 0 (the first is 0) of column `label` holds 2, expected a whole number from 0 to 1; correct it or raise "
        "`classes`");
  t.put({"label", {}, std::vector<double>{1, 0.5}, "l", {}});
  CHECK(failure_of(errc::data, [&] { dk::data::fit(hot("label", 2), t); }).find("row 1") != std::string::npos);
  t.put({"label", {}, std::vector<std::int32_t>{1, -1}, "l", {}});
  CHECK(failure_of(errc::data, [&] { dk::data::fit(hot("label", 2), t); }).find("holds -1") != std::string::npos);
  CHECK(failure_of(errc::data, [&] { dk::data::fit(hot("features", 2), t); }) ==
        "i: column `features` has 2 numbers per row, one_hot takes one; name the label column");
  CHECK(failure_of(errc::data, [&] { dk::data::fit(hot("lable", 2), t); }).find("did you mean \"label\"") !=
        std::string::npos);
}

TEST_CASE("a transform's keys are checked without data", "[data][transforms]") {
  CHECK(check_error({"minmax", {}}) ==
        "unknown transform `minmax` (did you mean \"min_max\"?); known are: " + dk::join(dk::data::transform_names()));
  CHECK(check_error({"min_max", {{"column", "x"}, {"from", {1, 1}}}}) ==
        "transform `min_max`: `from` is [1,1], expected two different numbers, as in [0, 255]");
  CHECK(check_error({"min_max", {{"from", {0, 1}}}}) == "transform `min_max`: needs either `column` or `columns`");
  CHECK(check_error({"one_hot", {{"column", "x"}, {"clases", 3}}}) ==
        "transform `one_hot`: unknown key `clases` (did you mean \"classes\"?)");
  CHECK(check_error({"one_hot", {{"column", "x"}, {"zzzzzz", 3}}}) ==
        "transform `one_hot`: unknown key `zzzzzz`; its keys are: column, columns, classes, to");
  CHECK(check_error({"one_hot", {{"column", "x"}, {"classes", 0}}}) ==
        "transform `one_hot`: `classes` is 0, expected a whole number of at least 1");
  CHECK(check_error({"one_hot", {{"columns", {"x", "y"}}, {"classes", 2}, {"to", "z"}}}) ==
        "transform `one_hot`: `to` names 1 column for 2; give as many");
}
