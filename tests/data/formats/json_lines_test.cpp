#include "data/formats/json/json_lines.hpp"

#include "data/formats/catalog.hpp"
#include "data/formats/json/json_reader.hpp"
#include "data/formats/write.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <sstream>

using namespace dk::test;
using dk::errc;
using dk::data::json_lines::parse;
using values = std::vector<double>;

namespace {

std::string json_lines_error(const std::string& text) {
  return failure_of(errc::data, [&] { parse(text, "f"); });
}

} // namespace

TEST_CASE("a JSON object a line is a row", "[data][json_lines]") {
  const auto t = parse("{\"x\": 1, \"y\": [1.5, 2], \"s\": \"a\", \"ok\": true}\n\n"
                       "{\"s\": \"b\", \"x\": -2, \"y\": [3, 4], \"ok\": false}\r\n",
                       "f");
  CHECK(t.rows() == 2);
  CHECK(type_name(t.at("x")) == "i32");
  CHECK(values_of(t, "x") == values{1, -2});
  CHECK(t.at("y").shape == std::vector<std::size_t>{2});
  CHECK(values_of(t, "y") == values{1.5, 2, 3, 4});
  CHECK(words_of(t, "s") == std::vector<std::string>{"a", "b"});
  CHECK(values_of(t, "ok") == values{1, 0});
  CHECK(parse("{\"m\": [[1, 2], [3, 4], [5, 6]]}", "f").at("m").shape == std::vector<std::size_t>{3, 2});
  CHECK(type_name(parse("{\"x\": 3000000000}", "f").at("x")) == "i64");
}

TEST_CASE("what a line lacks is missing", "[data][json_lines]") {
  const auto t = parse("{\"a\": null, \"n\": null}\n{\"a\": [1, 2], \"s\": \"x\"}\n{}\n", "f");
  const auto a = values_of(t, "a");
  REQUIRE(a.size() == 6);
  CHECK(std::isnan(a[0]));
  CHECK(a[3] == 2);
  CHECK(std::isnan(a[5]));
  CHECK(words_of(t, "s") == std::vector<std::string>{"", "x", ""});
  for (const auto n : values_of(t, "n")) // nothing says that it is text
    CHECK(std::isnan(n));
}

TEST_CASE("a null in a list is missing", "[data][json_lines]") {
  const auto t = parse("{\"a\": [1, null]}\n{\"a\": [null, 2]}\n", "f");
  const auto& a = std::get<std::vector<double>>(t.at("a").values);
  REQUIRE(a.size() == 4);
  CHECK(a[0] == 1);
  CHECK(std::isnan(a[1]));
  CHECK(std::isnan(a[2]));
  CHECK(a[3] == 2);
}

TEST_CASE("sparse vectors of Spark are for the transform dense", "[data][json_lines]") {
  const auto t = parse("{\"v\": {\"type\": 0, \"size\": 4, \"indices\": [1, 3], \"values\": [1.5, 2]}}", "f");
  CHECK(words_of(t, "v") == std::vector<std::string>{"(4,[1,3],[1.5,2])"});
  CHECK(values_of(after("dense", {{"column", "v"}, {"size", 4}}, t), "v") == values{0, 1.5, 0, 2});
}

TEST_CASE("JSON lines that cannot be used are named by line and key", "[data][json_lines]") {
  CHECK(json_lines_error("{\"x\": 1}\n{\"x\": }\n") == "f:2:7: is no JSON; expected an object a line");
  CHECK(json_lines_error("[1]") == "f:1:1: holds [1], expected an object, as {\"x\": 1.5, \"label\": 0}");
  CHECK(json_lines_error("{\"x\": 1}\n{\"x\": \"a\"}\n") ==
        "f:2: key `x` holds \"a\", expected numbers, as in the lines before; correct it");
  CHECK(json_lines_error("{\"x\": [1, 2]}\n{\"x\": [1]}\n") ==
        "f:2: key `x` holds a list of another shape than in the lines before; correct it");
  CHECK(json_lines_error("{\"x\": [1, \"a\"]}").find("holds \"a\", expected a number") != std::string::npos);
  CHECK(json_lines_error("{\"x\": [[]]}").find("expected numbers in each of its lists") != std::string::npos);
  CHECK(json_lines_error("{\"x\": {\"a\": 1}}").find("expected a number") != std::string::npos);
  CHECK(json_lines_error("{\"x\": 9007199254740993}").find("which f64 would round") != std::string::npos);
  CHECK(json_lines_error("\n\n") == "f: has no lines; give data to work on");
  CHECK(json_lines_error("{\"x\": " + std::string(100'000, '[') + "}").find("f:1:") == 0);
}

TEST_CASE("what is written as JSON lines is read again to the last bit", "[data][json_lines]") {
  dk::data::table t;
  const std::vector<float> floats{0.1F, 1e-30F, 3, -7.25F};
  t.put({"x", {2}, dk::block::copy_of(floats.data(), floats.size()), "f", {}});
  t.put({"d", {}, values{0.1, std::numeric_limits<double>::quiet_NaN()}, "f", {}});
  t.put({"s", {}, texts_of({"a\"\n", ""}), "f", {}});
  std::ostringstream text;
  write_json_lines(t, text);
  CHECK(text.str().substr(0, 36) == "{\"x\":[0.1,1e-30],\"d\":0.1,\"s\":\"a\\\"\\n\"");
  const auto back = parse(text.str(), "f");
  const auto read = as_floats(back.at("x"));
  CHECK(std::vector<float>(read.begin(), read.end()) == floats);
  CHECK(std::isnan(values_of(back, "d")[1]));
  CHECK(words_of(back, "s")[0] == "a\"\n");
  t.put({"d", {}, values{0.1, std::numeric_limits<double>::infinity()}, "f", {}});
  CHECK(failure_of(errc::data, [&] { write_json_lines(t, text); }).find("is infinite") != std::string::npos);
}

TEST_CASE("NaN, as Python writes it, is missing", "[data][json_lines]") {
  const auto t = parse(
      "{\"a\": NaN, \"s\": \"NaN: Infinity\", \"l\": [1, NaN]}\n{\"a\": 2, \"s\": \"\\\"\", \"l\": [NaN, 2]}", "f");
  CHECK(std::isnan(values_of(t, "a")[0]));
  CHECK(values_of(t, "a")[1] == 2);
  CHECK(words_of(t, "s") == std::vector<std::string>{"NaN: Infinity", "\""});
  CHECK(std::isnan(values_of(t, "l")[1]));
  CHECK(std::isnan(values_of(t, "l")[2]));
}

TEST_CASE("numbers of JSON that would not be what they say are refused", "[data][json_lines]") {
  CHECK(json_lines_error("{\"a\": 1}\n{\"a\": -Infinity}") ==
        "f:2:8: holds Infinity, expected a finite number; correct it, or write null where it is missing");
  CHECK(json_lines_error("{\"a\": Infinity}").find("f:1:7: holds Infinity") == 0);
  CHECK(json_lines_error("{\"a\": 1e400}") == "f:1: holds a number that no double can hold; rescale it");
  CHECK(json_lines_error("{\"a\": 12345678901234567890123}") ==
        "f:1:7: holds the whole number 12345678901234567890..., which 64 bits do not hold; write it as text");
  CHECK(json_lines_error("{\"a\": [1, -99999999999999999999]}").find("which 64 bits do not hold") != std::string::npos);
  CHECK(values_of(parse("{\"a\": 1e-400, \"b\": 0.12345678901234567890123, \"c\": 1E22}", "f"), "a") == values{0});
  CHECK(values_of(parse("{\"a\": 12345678901234567890.5}", "f"), "a") == values{12345678901234567890.5});
}

TEST_CASE("wide whole numbers count under wanted keys alone", "[data][json_lines]") {
  dk::data::json_lines::reader only_a{{"a"}};
  only_a.take("{\"id\": 12345678901234567890123, \"a\": 1}\n{\"a\": 2, \"id\": [99999999999999999999]}", "f", 0);
  CHECK(values_of(only_a.give("f"), "a") == values{1, 2});
  CHECK(failure_of(errc::data, [&] {
          only_a.take("{\"id\": 12345678901234567890123, \"a\": 99999999999999999999}", "f", 2);
        }) == "f:3:38: holds the whole number 99999999999999999999..., which 64 bits do not hold; write it as text");
}

TEST_CASE("a key that is given twice is refused", "[data][json_lines]") {
  CHECK(json_lines_error("{\"a\": 1}\n{\"a\": 1, \"b\": \"x: y\", \"a\": 2}") ==
        "f:2: has the key `a` twice; rename one");
  CHECK(json_lines_error("{\"v\": {\"size\": 1, \"size\": 4, \"indices\": [1], \"values\": [1.5]}}")
            .find("`size` twice") != std::string::npos);
  CHECK(parse("{\"a:\": 1, \"\\\"b\": {\"size\": 1, \"indices\": [], \"values\": []}}", "f").names() ==
        std::vector<std::string>{"\"b", "a:"});
}

TEST_CASE("lines of objects that end by carriage returns are told of", "[data][json_lines]") {
  CHECK(json_lines_error("{\"a\": 1}\r{\"a\": 2}\r").find("lines end by a line feed, not by a carriage return") !=
        std::string::npos);
  CHECK(values_of(parse("\xEF\xBB\xBF{\"a\": 1}\r\n{\"a\": 2}\r\n\r\n", "f"), "a") == values{1, 2});
}

TEST_CASE("a bad line is named by its number in its own file", "[data][json_lines]") {
  const temporary_folder folder;
  folder.write("a.jsonl", "{\"x\": 1}\n{\"x\": 2}\n{\"x\": 3}\n");
  folder.write("b.jsonl", "{\"x\": 4}\n{\"x\": }\n");
  const dk::spec source{"json_lines", {{"path", folder.path("*.jsonl")}, {"columns", {"x"}}}};
  for (const std::size_t bytes : {1U, 1000U}) {
    const auto why = failure_in(folder, errc::data, [&] {
      const auto rows = dk::data::open(source, bytes);
      while (rows->next())
        ;
    });
    CHECK(why == "b.jsonl:2:7: is no JSON; expected an object a line");
  }
}
