// The transforms that choose columns, rows and shapes.

#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>

using namespace dk::test;
using dk::errc;
using dk::data::table;
using values = std::vector<double>;
using names = std::vector<std::string>;

namespace {

table three() {
  table t;
  t.put({"a", {}, values{1, 2}, "f", {}});
  t.put({"b", {2}, std::vector<std::uint8_t>{3, 4, 5, 6}, "f", {}});
  t.put({"c", {}, texts_of({"s", "t"}), "f", {}});
  return t;
}

} // namespace

TEST_CASE("assemble puts columns beside each other", "[data][transforms][assemble]") {
  const auto t = after("assemble", {{"columns", {"b", "a"}}, {"to", "features"}}, three());
  CHECK(values_of(t, "features") == values{3, 4, 1, 5, 6, 2});
  CHECK(t.at("features").shape == std::vector<std::size_t>{3});
  CHECK(t.at("features").fields == names{"b", "b", "a"});
  CHECK(t.names() == names{"a", "b", "c", "features"});
  CHECK(error_after("assemble", {{"columns", {"a", "c"}}, {"to", "x"}}, three()).find("column `c` holds text") !=
        std::string::npos);
  CHECK(error_after("assemble", {{"columns", {"a"}}}, three(), errc::config) ==
        "transform `assemble`: `to` is missing, expected a string");
}

TEST_CASE("dense unfolds sparse vectors", "[data][transforms][dense]") {
  CHECK(values_of(after("dense", {{"column", "x"}, {"size", 4}, {"first", 1}}, words({"1:2.5 4:-1", ""})), "x") ==
        values{2.5, 0, 0, -1, 0, 0, 0, 0});
  CHECK(values_of(after("dense", {{"column", "x"}, {"size", 3}}, words({"(3,[0,2],[1.0,7.0])", "(3,[],[])"})), "x") ==
        values{1, 0, 7, 0, 0, 0});
  CHECK(values_of(after("dense", {{"column", "x"}, {"size", 2}}, numbers({1, 2}, {2})), "x") == values{1, 2});
}

TEST_CASE("dense names the row of what is no sparse vector", "[data][transforms]") {
  const auto error = [](const std::string& word) {
    return error_after("dense", {{"column", "x"}, {"size", 3}}, words({"0:1", word}));
  };
  CHECK(error("3:1") == "f: row 1 (the first is 0) of column `x` holds \"3:1\", which has an index outside the "
                        "vector; correct it or raise `size`");
  CHECK(error("1:1 1:2").find("not in ascending order") != std::string::npos);
  CHECK(error("1=2").find("is not a list of INDEX:NUMBER pairs") != std::string::npos);
  CHECK(error("(3,[0,1],[1])").find("is not a sparse vector") != std::string::npos);
  CHECK(error("(4,[0],[1])").find("of another size") != std::string::npos);
  CHECK(error("(3,[0,0],[1,1])").find("or repeated") != std::string::npos);
  CHECK(error("(3,[0],[1]) x").find("is not a sparse vector") != std::string::npos);
  CHECK(error_after("dense", {{"column", "x"}, {"size", 3}}, numbers({1, 2}, {2})).find("expected `size` = 3") !=
        std::string::npos);
  CHECK(error_after("dense", {{"column", "x"}, {"size", 3}, {"first", 2}}, words({""}), errc::config) ==
        "transform `dense`: `first` is 2, expected 0 or 1");
}

TEST_CASE("reshape keeps the numbers and their order", "[data][transforms][reshape]") {
  auto t = numbers({1, 2, 3, 4, 5, 6}, {6});
  const auto fitted = dk::data::fit({{"reshape", {{"column", "x"}, {"shape", {3, 2}}}}}, t);
  CHECK(t.at("x").shape == std::vector<std::size_t>{3, 2});
  CHECK(values_of(t, "x") == values{1, 2, 3, 4, 5, 6});
  dk::data::invert(fitted, "x", t);
  CHECK(t.at("x").shape == std::vector<std::size_t>{6});
  CHECK(error_after("reshape", {{"column", "x"}, {"shape", {4}}}, t) ==
        "f: column `x` has 6 numbers per row, `shape` [4] has 4; give a shape of as many");
  CHECK(error_after("reshape", {{"column", "x"}, {"shape", {4294967296, 4294967296}}}, t, errc::config)
            .find("more than any row has") != std::string::npos);
}

TEST_CASE("drop, select and rename choose columns", "[data][transforms][drop][select][rename]") {
  CHECK(after("drop", {{"columns", {"a", "c"}}}, three()).names() == names{"b"});
  CHECK(after("select", {{"columns", {"c", "a"}}}, three()).names() == names{"c", "a"});
  CHECK(error_after("drop", {{"column", "d"}}, three()).find("no column `d`") != std::string::npos);
  auto t = three();
  const auto fitted = dk::data::fit({{"rename", {{"columns", {"a", "c"}}, {"to", {"c", "a"}}}}}, t);
  CHECK(t.names() == names{"c", "b", "a"});
  CHECK(words_of(t, "a") == names{"s", "t"});
  dk::data::invert(fitted, "a", t);
  CHECK(t.names() == names{"a", "b", "c"});
  CHECK(after("rename", {{"column", "a"}, {"to", "c"}}, three()).names() == names{"c", "b"}); // the old `c` goes
  CHECK(error_after("rename", {{"column", "a"}}, three(), errc::config) ==
        "transform `rename`: `to` is missing, expected the new names");
}

TEST_CASE("filter keeps the rows that meet all that is given", "[data][transforms][filter]") {
  const auto kept = [](const nlohmann::json& keys) {
    auto all = keys;
    all["column"] = "x";
    return values_of(after("filter", all, numbers({1, 2, 3, 4})), "x");
  };
  CHECK(kept({{"above", 1}, {"at_most", 3}}) == values{2, 3});
  CHECK(kept({{"at_least", 2}, {"below", 3}}) == values{2});
  CHECK(kept({{"equals", 4}}) == values{4});
  CHECK(kept({{"differs", 4}}) == values{1, 2, 3});
  CHECK(values_of(after("filter", {{"column", "c"}, {"equals", "t"}}, three()), "b") == values{5, 6});
  CHECK(values_of(after("filter", {{"column", "c"}, {"differs", "t"}}, three()), "a") == values{1});
  CHECK(error_after("filter", {{"column", "c"}, {"above", 1}}, three()) ==
        "f: column `c` holds text, and `above` of filter is 1; compare with what it holds");
  CHECK(error_after("filter", {{"column", "a"}, {"equals", "s"}}, three()).find("holds numbers") != std::string::npos);
  CHECK(error_after("filter", {{"column", "a"}}, three(), errc::config).find("needs one at least of") !=
        std::string::npos);
}

TEST_CASE("union and repeat make more training rows, and no others", "[data][transforms][union][repeat]") {
  const temporary_folder folder;
  const auto more = folder.write("more.csv", "u,label\n9,1\n");
  const nlohmann::json source{{"format", "csv"}, {"path", more}};
  table t;
  t.put({"features", {1}, values{1, 2}, "f", {}});
  t.put({"label", {}, values{0, 0}, "f", {}});
  auto test = t;
  const auto fitted = dk::data::fit({{"union", {{"with", source}}}, {"repeat", {{"times", 2}}}}, t);
  CHECK(values_of(t, "features") == values{1, 2, 9, 1, 2, 9});
  CHECK(values_of(t, "label") == values{0, 0, 1, 0, 0, 1});
  dk::data::apply(fitted, test);
  CHECK(test.rows() == 2);
  CHECK(error_after("union", {{"with", {{"format", "cvs"}}}}, t, errc::config).find("did you mean \"csv\"") !=
        std::string::npos);
}
