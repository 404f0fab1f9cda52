// The transforms that make classes, against numbers worked by hand.

#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;

TEST_CASE("binary_label marks one text or one number", "[data][transforms][binary_label]") {
  CHECK(values_of(after("binary_label", {{"column", "x"}, {"positive", "s"}}, words({"s", "b", "s", "ss"})), "x") ==
        values{1, 0, 1, 0});
  CHECK(values_of(after("binary_label", {{"column", "x"}, {"positive", 7}}, numbers({7, 0, -7})), "x") ==
        values{1, 0, 0});
  CHECK(values_of(after("binary_label", {{"column", "x"}, {"positive", 3}}, words({"3", "4"})), "x") == values{1, 0});
  CHECK(failure_of(errc::data, [] {
          after("binary_label", {{"column", "x"}, {"positive", 1}}, numbers({1, 2}, {2}));
        }) == "f: column `x` has 2 numbers per row, binary_label takes one; name the label column");
}

TEST_CASE("label_index is the place of the greatest", "[data][transforms][label_index]") {
  CHECK(values_of(after("label_index", {{"column", "x"}}, numbers({0.1, 0.7, 0.2, 0.5, 0.5, 0}, {3})), "x") ==
        values{1, 0});
  CHECK(after("label_index", {{"column", "x"}}, numbers({0.1, 0.7}, {2})).at("x").shape.empty());
}

TEST_CASE("label_index checks its range", "[data][transforms]") {
  const auto error = [](const dk::data::table& t, int classes) {
    return failure_of(errc::data, [&] { after("label_index", {{"column", "x"}, {"classes", classes}}, t); });
  };
  CHECK(values_of(after("label_index", {{"column", "x"}, {"classes", 3}}, numbers({2, 0})), "x") == values{2, 0});
  CHECK(error(numbers({2, 3}), 3) ==
        "f: row 1 (the first is 0) of column `x` holds 3, expected a whole number from 0 to 2; correct it or raise "
        "`classes`");
  CHECK(error(numbers({1, 2, 3, 4}, {2}), 3) ==
        "f: column `x` has 2 numbers per row, expected `classes` = 3 of them; correct `classes`");
  CHECK(error(numbers({1, std::numeric_limits<double>::quiet_NaN()}, {2}), 2).find("element 1 holds nan") !=
        std::string::npos);
}

TEST_CASE("one_hot and the place of the greatest undo each other", "[data][transforms]") {
  auto t = numbers({2, 0, 1});
  const auto fitted = dk::data::fit({{"one_hot", {{"column", "x"}, {"classes", 3}}}}, t);
  CHECK(values_of(t, "x") == values{0, 0, 1, 1, 0, 0, 0, 1, 0});
  dk::data::invert(fitted, "x", t);
  CHECK(values_of(t, "x") == values{2, 0, 1});
}

TEST_CASE("string_index counts in the training rows", "[data][transforms][string_index]") {
  auto training = words({"b", "c", "a", "c", "b", "c"}); // c three times, b twice, a once
  const auto fitted = dk::data::fit({{"string_index", {{"column", "x"}}}}, training);
  CHECK(values_of(training, "x") == values{1, 0, 2, 0, 1, 0});
  auto test = words({"a", "a", "b"});
  dk::data::apply(fitted, test);
  CHECK(values_of(test, "x") == values{2, 2, 1});
  dk::data::invert(fitted, "x", test);
  CHECK(words_of(test, "x") == std::vector<std::string>{"a", "a", "b"});
  CHECK(values_of(after("string_index", {{"column", "x"}}, words({"s", "b"})), "x") == values{1, 0}); // a tie
  CHECK(values_of(after("string_index", {{"column", "x"}, {"order", "alphabet"}}, words({"b", "b", "a"})), "x") ==
        values{1, 1, 0});
  CHECK(values_of(after("string_index", {{"column", "x"}}, numbers({7, 3.5, 7})), "x") == values{0, 1, 0});
}

TEST_CASE("string_index refuses or keeps a text that it does not know", "[data][transforms]") {
  auto training = words({"signal", "background"});
  auto test = words({"signa"});
  const auto fitted = dk::data::fit({{"string_index", {{"column", "x"}}}}, training);
  CHECK(failure_of(errc::data, [&] { dk::data::apply(fitted, test); }) ==
        "f: row 0 (the first is 0) of column `x` holds \"signa\", which the training rows did not have (did you mean "
        "\"signal\"?); correct it, or set `unknown` to \"keep\"");
  auto again = words({"signal", "background"});
  dk::data::apply(dk::data::fit({{"string_index", {{"column", "x"}, {"unknown", "keep"}}}}, again), test);
  CHECK(values_of(test, "x") == values{2});
  CHECK(failure_of(errc::config, [] {
          after("string_index", {{"column", "x"}, {"unknown", "kep"}}, words({"a"}));
        }) == "transform `string_index`: `unknown` is \"kep\", expected one of: error, keep (did you mean \"keep\"?)");
}
