#include "data/formats/csv.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

using dk::errc;
using dk::data::table;
using dk::test::failure_of;

namespace {

table parse(const std::string& text, nlohmann::json keys = nlohmann::json::object()) {
  return dk::data::csv::parse(text, "f.csv", {"csv", std::move(keys)});
}

std::vector<float> features(const table& from) {
  const auto& values = std::get<dk::block>(from.at("features").values);
  return {values.begin(), values.end()};
}

std::vector<double> labels(const table& from) {
  return std::get<std::vector<double>>(from.at("label").values);
}

std::string csv_error(const std::string& text, nlohmann::json keys = nlohmann::json::object()) {
  return failure_of(errc::data, [&] { parse(text, std::move(keys)); });
}

} // namespace

TEST_CASE("CSV columns become features and label", "[data][csv]") {
  const auto read = parse("a,b,label\n1,2.5,0\n-3,4e2,1\n");
  CHECK(read.rows() == 2);
  CHECK(read.at("features").shape == std::vector<std::size_t>{2});
  CHECK(features(read) == std::vector<float>{1, 2.5F, -3, 400});
  CHECK(labels(read) == std::vector<double>{0, 1});
}

TEST_CASE("the source picks the columns and their order", "[data][csv]") {
  const auto read = parse("a;b;c\n1;x;3\n4;y;6", {{"features", {"c", "a"}}, {"delimiter", ";"}});
  CHECK(features(read) == std::vector<float>{3, 1, 6, 4});
  CHECK(read.find("label") == nullptr);
  CHECK(labels(parse("a\tb\n1\t2\n", {{"label", "b"}, {"delimiter", "\t"}})) == std::vector<double>{2});
}

TEST_CASE("quotes, blanks, line ends and a byte order mark are understood", "[data][csv]") {
  CHECK(features(parse("\xEF\xBB\xBF\"a,b\",c\r\n\"1.5\", 2 \r\n\r\n+3,\"4\"")) == std::vector<float>{1.5F, 2, 3, 4});
  const auto read = parse("name,x\n\"one, \"\"two\"\"\nthree\",7\nfour,8\n\n", {{"features", {"x"}}});
  CHECK(features(read) == std::vector<float>{7, 8});
  CHECK(parse("a,b\n").rows() == 0);
}

TEST_CASE("numbers are read to the last bit", "[data][csv]") {
  for (const std::string number :
       {"0.1", "123456789.012345", "-0.000001", "999999999999999", "0.30000000000000004", "1.7976931348623157e308",
        "5e-324", "12345678901234567890", "-.5", "5.", "1E3", "00012", "0.000000000000001", "3.14159265358979323846"})
    CHECK(labels(parse("a,label\n0," + number + "\n")).front() == std::strtod(number.c_str(), nullptr));
  CHECK(std::isnan(labels(parse("a,label\n0,nan\n")).front()));
  CHECK(std::signbit(labels(parse("a,label\n0,-0\n")).front()));
}

TEST_CASE("a field that is no number is named by line, column and field", "[data][csv]") {
  CHECK(csv_error("pt,label\n1.0,s\n") ==
        "f.csv:2:5: field `label` holds \"s\", expected a number; replace it by a number "
        "or leave the column out of `features`");
  CHECK(csv_error("pt,eta,label\n1,2,3\n1,2.x,3\n").find("f.csv:3:3: field `eta` holds \"2.x\"") == 0);
  CHECK(csv_error("pt,eta,label\n1,,3\n").find("f.csv:2:3: field `eta` is empty, expected a number") == 0);
  CHECK(csv_error("a,label\n-,1\n").find("f.csv:2:1: field `a` holds \"-\"") == 0);
  CHECK(csv_error("a,label\n+-1,1\n").find("holds \"+-1\"") != std::string::npos);
  CHECK(csv_error("a,label\n1e999,1\n") ==
        "f.csv:2:1: field `a` holds \"1e999\", which no double can hold; rescale it");
  CHECK(csv_error("a,label\n" + std::string(100, 'x') + ",1\n").find(std::string(40, 'x') + "...\"") !=
        std::string::npos);
  CHECK(csv_error("t,a,label\n\"x\ny\",1,2\nz,q,2\n", {{"features", {"a"}}}).find("f.csv:4:3: field `a` holds \"q\"") ==
        0);
}

TEST_CASE("a line with too few or too many fields is named", "[data][csv]") {
  CHECK(csv_error("a,b,label\n1,2,3\n1,2\n") ==
        "f.csv:3: has 2 fields where the header has 3; fill in the missing ones");
  CHECK(csv_error("a,label\n1,2,3,4\n") ==
        "f.csv:2: has 4 fields where the header has 2; remove the extra ones or quote fields that hold the delimiter");
}

TEST_CASE("a header that cannot be used says why", "[data][csv]") {
  CHECK(csv_error("\n\n") == "f.csv:1: the file has no lines; expected a header with column names");
  CHECK(csv_error("1,2\n3,4\n") ==
        "f.csv:1: the first line holds numbers, expected a header with column names; add one");
  CHECK(csv_error("a,a\n") == "f.csv:1:3: the header names column `a` twice; rename one");
  CHECK(csv_error("a,\n") == "f.csv:1:3: column 2 of the header has no name; name it");
  CHECK(csv_error("pt,eta\n", {{"label", "etta"}}) ==
        "f.csv:1: no column `etta` (did you mean \"eta\"?); the header has: pt, eta");
  CHECK(csv_error("a,b\n", {{"label", "a"}, {"features", {"a"}}}) ==
        "f.csv:1: column `a` is asked for twice; name it once in `features` and `label`");
  CHECK(csv_error("label\n1\n") ==
        "f.csv:1: the file has no column besides the label, so there is nothing to learn from");
}

TEST_CASE("quotes that do not fit together are refused", "[data][csv]") {
  CHECK(csv_error("a,b\n\"1\"2,3\n") ==
        "f.csv:2:1: text after the closing quote of a field; put quotes around the whole field");
  CHECK(csv_error("a,b\n1,\"2\n").find("f.csv:2:3: a quote that never closes") == 0);
}

TEST_CASE("a delimiter that CSV itself uses is refused", "[data][csv]") {
  CHECK(failure_of(errc::config, [] {
          parse("a,b\n", {{"delimiter", "\""}});
        }) == "source `csv`: `delimiter` can be neither a quote nor a line end");
}
