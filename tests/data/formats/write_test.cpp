#include "data/formats/csv/csv.hpp"
#include "data/formats/write.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <sstream>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;

TEST_CASE("what is written as CSV is read again to the last bit", "[data][csv]") {
  dk::data::table t;
  const std::vector<float> floats{0.1F, 1e-30F, 3, -7.25F};
  t.put({"x", {2}, dk::block::copy_of(floats.data(), floats.size()), "f", {"pt", "eta, phi"}});
  t.put({"d", {}, values{0.1, std::numeric_limits<double>::quiet_NaN()}, "f", {}});
  t.put({"y", {2}, std::vector<std::uint8_t>{1, 2, 3, 255}, "f", {}});
  t.put({"s", {}, texts_of({"a \"b\",\nc", ""}), "f", {}});
  std::ostringstream text;
  write_csv(t, text);
  CHECK(text.str() == "pt,\"eta, phi\",d,y_0,y_1,s\n0.1,1e-30,0.1,1,2,\"a \"\"b\"\",\nc\"\n3,-7.25,,3,255,\"\"\n");
  const auto back =
      dk::data::csv::parse(dk::data::file_content::of(text.str()), "f",
                           {"csv", {{"features", {"pt", "eta, phi"}}, {"columns", "*"}, {"missing", ""}}});
  const auto read = as_floats(back.at("features"));
  CHECK(std::vector<float>(read.begin(), read.end()) == floats);
  CHECK(values_of(back, "d")[0] == 0.1);
  CHECK(std::isnan(values_of(back, "d")[1]));
  CHECK(words_of(back, "s")[0] == "a \"b\",\nc");
}

TEST_CASE("the name of a file tells its format, and a failed write leaves nothing", "[data][write]") {
  const temporary_folder folder;
  dk::data::write(numbers({1, 2}), folder.path("x.csv"));
  std::ifstream in{folder.path("x.csv")};
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == "x\n1\n2\n");
  CHECK(failure_in(folder, errc::usage, [&] { dk::data::check_writable(folder.path("x.txt")); }) ==
        "x.txt: the extension names the format; expected one of .csv, .jsonl, .npy");
  const auto infinite = numbers({std::numeric_limits<double>::infinity()});
  failure_of(errc::data, [&] { dk::data::write(infinite, folder.path("y.jsonl")); });
  CHECK(!std::filesystem::exists(folder.path("y.jsonl")));
  CHECK(std::distance(std::filesystem::directory_iterator{folder.path("")}, {}) == 1); // no draft is left either
  CHECK(failure_in(folder, errc::resources, [&] {
          dk::data::write(numbers({1}), folder.path("none/x.csv"));
        }).find("cannot write none/x.csv: No such file") == 0);
}
