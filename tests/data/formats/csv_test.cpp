#include "data/formats/csv/csv.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

using dk::errc;
using dk::data::table;
using dk::test::failure_in;
using dk::test::failure_of;
using dk::test::temporary_folder;

namespace {

table parse_csv(const std::string& text, nlohmann::json keys = nlohmann::json::object()) {
  return dk::data::csv::parse(dk::data::file_content::of(text), "f.csv", {"csv", std::move(keys)});
}

std::vector<float> features(const table& from) {
  const auto& values = std::get<dk::block>(from.at("features").values);
  return {values.begin(), values.end()};
}

std::vector<double> labels(const table& from) {
  return std::get<std::vector<double>>(from.at("label").values);
}

std::string csv_error(const std::string& text, nlohmann::json keys = nlohmann::json::object()) {
  return failure_of(errc::data, [&] { parse_csv(text, std::move(keys)); });
}

} // namespace

TEST_CASE("CSV columns become features and label", "[data][csv]") {
  const auto read = parse_csv("a,b,label\n1,2.5,0\n-3,4e2,1\n");
  CHECK(read.rows() == 2);
  CHECK(read.at("features").shape == std::vector<std::size_t>{2});
  CHECK(features(read) == std::vector<float>{1, 2.5F, -3, 400});
  CHECK(labels(read) == std::vector<double>{0, 1});
}

TEST_CASE("the source picks the columns and their order", "[data][csv]") {
  const auto read = parse_csv("a;b;c\n1;x;3\n4;y;6", {{"features", {"c", "a"}}, {"delimiter", ";"}});
  CHECK(features(read) == std::vector<float>{3, 1, 6, 4});
  CHECK(read.find("label") == nullptr);
  CHECK(labels(parse_csv("a\tb\n1\t2\n", {{"label", "b"}, {"delimiter", "\t"}})) == std::vector<double>{2});
}

TEST_CASE("quotes, blanks, line ends and a byte order mark are understood", "[data][csv]") {
  CHECK(features(parse_csv("\xEF\xBB\xBF\"a,b\",c\r\n\"1.5\", 2 \r\n\r\n+3,\"4\"")) ==
        std::vector<float>{1.5F, 2, 3, 4});
  const auto read = parse_csv("name,x\n\"one, \"\"two\"\"\nthree\",7\nfour,8\n\n", {{"features", {"x"}}});
  CHECK(features(read) == std::vector<float>{7, 8});
  CHECK(parse_csv("a,b\n").rows() == 0);
}

TEST_CASE("numbers are read to the last bit", "[data][csv]") {
  for (const std::string number :
       {"0.1", "123456789.012345", "-0.000001", "999999999999999", "0.30000000000000004", "1.7976931348623157e308",
        "5e-324", "12345678901234567890", "-.5", "5.", "1E3", "00012", "0.000000000000001", "3.14159265358979323846"})
    CHECK(labels(parse_csv("a,label\n0," + number + "\n")).front() == std::strtod(number.c_str(), nullptr));
  CHECK(std::isnan(labels(parse_csv("a,label\n0,nan\n")).front()));
  CHECK(std::signbit(labels(parse_csv("a,label\n0,-0\n")).front()));
}

TEST_CASE("a field that is no number is named by line, column and field", "[data][csv]") {
  CHECK(csv_error("pt,label\n1.0,1\n1.0,s\n") ==
        "f.csv:3:5: field `label` holds \"s\", expected a number; replace it by a number "
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
        "f.csv:1: the first line holds numbers, expected a header with column names; add one, or set `header` to "
        "false");
  CHECK(csv_error("a,a\n") == "f.csv:1:3: the header names column `a` twice; rename one");
  CHECK(csv_error("a,\n") == "f.csv:1:3: column 2 of the header has no name; name it");
  CHECK(csv_error("pt,eta\n", {{"label", "etta"}}) ==
        "f.csv:1: no column `etta` (did you mean \"eta\"?); the header has: pt, eta");
  CHECK(csv_error("a,b\n", {{"label", "a"}, {"features", {"a"}}}) ==
        "f.csv:1: column `a` is listed twice; name it once in `features` and `label`");
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
          parse_csv("a,b\n", {{"delimiter", "\""}});
        }) == "source `csv`: `delimiter` can be neither a quote, a line end nor a part of numbers");
  CHECK(failure_of(errc::config, [] {
          parse_csv("a5b\n", {{"delimiter", "5"}});
        }).find("a part of numbers") != std::string::npos);
}

TEST_CASE("a lone carriage return ends no line", "[data][csv]") { // it did, and rows ran over the room made for them
  std::string text = "a,b\n1,2";
  for (int i = 0; i < 100'000; ++i)
    text += "\r3,4";
  CHECK(csv_error(text).find("f.csv:2:3: a carriage return without a line feed behind it") == 0);
  CHECK(features(parse_csv("a,b\r\n1,2\r")) == std::vector<float>{1, 2});
}

TEST_CASE("a file without a header has columns C0, C1, ...", "[data][csv]") {
  const auto read = parse_csv("1,2,0\n3,4,1\n", {{"header", false}, {"label", "C2"}});
  CHECK(features(read) == std::vector<float>{1, 2, 3, 4});
  CHECK(labels(read) == std::vector<double>{0, 1});
  CHECK(read.at("features").fields == std::vector<std::string>{"C0", "C1"});
}

TEST_CASE("what is missing is named, and becomes NaN", "[data][csv]") {
  const auto read = features(parse_csv("a,b\n1,NA\n,4\n", {{"missing", {"", "NA"}}}));
  CHECK(read[0] == 1);
  CHECK(std::isnan(read[1]));
  CHECK(std::isnan(read[2]));
  CHECK(csv_error("a,b\n1,NA\n", {{"missing", ""}}).find("f.csv:2:3: field `b` holds \"NA\"") == 0);
}

TEST_CASE("a label that is text in the first row is text in all", "[data][csv]") {
  const auto read = parse_csv("pt,label\n1,s\n2,b\n3,7\n");
  const auto& words = *texts_in(read.at("label"));
  CHECK(words.size() == 3);
  CHECK(words[0] == "s");
  CHECK(words[2] == "7");
}

TEST_CASE("other columns keep their names, in the type that they need", "[data][csv]") {
  const auto read = parse_csv("id,x,when,word,big,gap,none,label\n1,2.5,2016-05-31 12:30:00,a,9007199254740993,1,,0\n"
                              "+2,3,2016-05-31 12:30:01,\"b,\"\"c\",-3,,,1\n",
                              {{"columns", "*"}});
  CHECK(std::get<std::vector<std::int32_t>>(read.at("id").values) == std::vector<std::int32_t>{1, 2});
  CHECK(std::get<std::vector<double>>(read.at("x").values) == std::vector<double>{2.5, 3});
  CHECK((*texts_in(read.at("when")))[1] == "2016-05-31 12:30:01");
  CHECK((*texts_in(read.at("word")))[1] == "b,\"c");
  CHECK(std::get<std::vector<std::int64_t>>(read.at("big").values) ==
        std::vector<std::int64_t>{9007199254740993, -3}); // more than f64 can hold
  CHECK(type_name(read.at("gap")) == "f64");
  CHECK(type_name(read.at("none")) == "text");
  CHECK(read.find("features") == nullptr);
  CHECK(labels(read) == std::vector<double>{0, 1});
  CHECK(csv_error("a,b\n1,2\n", {{"columns", "c"}}).find("f.csv:1: no column `c`") == 0);
}

TEST_CASE("rows of all files that match are read, packed or not", "[data][csv]") {
  const temporary_folder folder;
  folder.write("part-0.csv", "a,label\n1,0\n");
  folder.write("part-1.csv", "a,label\n2,1\n");
  const auto read = dk::data::csv::read({"csv", {{"path", folder.path("part-*.csv")}}});
  CHECK(features(read) == std::vector<float>{1, 2});
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::csv::read({"csv", {{"path", folder.path("x*")}}});
        }) == "x*: no file matches; check the path");
}

TEST_CASE("a header without rows is an error, unless another file has rows", "[data][csv]") {
  const temporary_folder folder;
  folder.write("part-0.csv", "a,label\n");
  const std::string said = ": has a header but no rows; add rows, or name another file";
  for (const std::string name : {"part-0.csv", "part-*.csv"}) {
    const dk::spec source{"csv", {{"path", folder.path(name)}}};
    CHECK(failure_in(folder, errc::data, [&] { dk::data::csv::read(source); }) == "part-0.csv" + said);
    CHECK(failure_in(folder, errc::data, [&] { dk::data::csv::rows_of(source, 8)()->next(); }) == "part-0.csv" + said);
  }
  folder.write("part-1.csv", "a,label\n");
  const dk::spec both{"csv", {{"path", folder.path("part-*.csv")}}};
  CHECK(failure_in(folder, errc::data, [&] { dk::data::csv::read(both); }) == "part-*.csv" + said);
  folder.write("part-1.csv", "a,label\n2,1\n");
  CHECK(dk::data::csv::read(both).rows() == 1);
  const auto rows = dk::data::csv::rows_of(both, 8)();
  CHECK(rows->next()->rows() == 1);
  CHECK(!rows->next());
}

namespace {

// Enough rows for many pieces, with quotes, blank lines and line ends in quotes in all of them.
std::string large_text(std::size_t rows, std::vector<float>& wanted) {
  std::string text = "word,x,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const auto x = static_cast<double>(i % 1000) / 8;
    text += i % 7 == 0 ? "\"a \"\"b\"\",\n1,2\n\"," : i % 5 == 0 ? "\"\"," : "w,";
    text += dk::data::shortest(x) + ',' + std::to_string(i) + (i % 3 == 0 ? "\r\n" : "\n");
    if (i % 11 == 0)
      text += "\n\n";
    wanted.push_back(static_cast<float>(x));
    wanted.push_back(static_cast<float>(i));
  }
  return text;
}

} // namespace

TEST_CASE("a large text is read in pieces as if in one", "[data][csv]") {
  std::vector<float> wanted;
  auto text = large_text(200'000, wanted);
  REQUIRE(text.size() > 2'000'000);
  CHECK(features(parse_csv(text, {{"features", {"x", "y"}}})) == wanted);
  const auto words = parse_csv(text, {{"columns", {"word"}}});
  CHECK((*texts_in(words.at("word")))[199'997] == (199'997 % 7 == 0 ? "a \"b\",\n1,2\n" : "w"));
  const auto bad = text.rfind("\nw,");
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad) + 1, '\n');
  text.replace(bad, 3, "\nw,z");
  CHECK(csv_error(text, {{"features", {"x"}}}).find("f.csv:" + std::to_string(line) + ":3: field `x` holds \"z") == 0);
}

TEST_CASE("quotes inside fields mislead where pieces start, and harm nothing", "[data][csv]") {
  std::vector<float> wanted;
  std::string text = "word,x\n";
  for (int i = 0; i < 300'000; ++i) {
    text += i == 5 ? "5\" wide," : "\"\n\",";
    text += std::to_string(i) + '\n';
    wanted.push_back(static_cast<float>(i));
  }
  CHECK(features(parse_csv(text, {{"features", {"x"}}})) == wanted);
}
