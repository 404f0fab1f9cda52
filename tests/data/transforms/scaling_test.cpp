// The transforms from numbers to numbers, against numbers worked by hand.

#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace dk::test;
using dk::errc;
using dk::data::table;
using values = std::vector<double>;

namespace {

const double gap = std::numeric_limits<double>::quiet_NaN();

} // namespace

TEST_CASE("standard takes mean and deviation from the training rows only", "[data][transforms][standard]") {
  auto training = numbers({2, 4, 4, 4, 5, 5, 7, 9}); // mean 5, deviation 2
  const auto fitted = dk::data::fit({{"standard", {{"column", "x"}}}}, training);
  CHECK(values_of(training, "x") == values{-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2});
  auto test = numbers({5, 11});
  dk::data::apply(fitted, test);
  CHECK(values_of(test, "x") == values{0, 3});
  dk::data::invert(fitted, "x", test);
  CHECK(values_of(test, "x") == values{5, 11});
}

TEST_CASE("standard scales each place of a cell by itself, and constant places to 0", "[data][transforms]") {
  const auto scaled = after("standard", {{"column", "x"}}, numbers({1, 10, 7, 3, 10, 7}, {3}));
  CHECK(values_of(scaled, "x") == values{-1, 0, 0, 1, 0, 0});
  CHECK(scaled.at("x").shape == std::vector<std::size_t>{3});
}

TEST_CASE("standard passes over what is missing", "[data][transforms]") {
  const auto scaled = values_of(after("standard", {{"column", "x"}}, numbers({1, gap, 3})), "x");
  CHECK(scaled[0] == -1);
  CHECK(std::isnan(scaled[1]));
  CHECK(scaled[2] == 1);
  CHECK(error_after("standard", {{"column", "x"}}, numbers({gap, gap})) ==
        "f: column `x` has no finite numbers to fit `standard` to at element 0; impute or drop it");
}

TEST_CASE("large means do not cancel the deviation away", "[data][transforms]") {
  CHECK(values_of(after("standard", {{"column", "x"}}, numbers({1e9 + 1, 1e9 + 3})), "x") == values{-1, 1});
}

TEST_CASE("min_max without a range takes that of the training rows", "[data][transforms]") {
  auto training = numbers({0, 10, 5, 30, 10, 20}, {2}); // 0 to 10, 10 to 30
  const auto fitted = dk::data::fit({{"min_max", {{"column", "x"}}}}, training);
  CHECK(values_of(training, "x") == values{0, 0, 0.5, 1, 1, 0.5});
  auto test = numbers({20, 0}, {2});
  dk::data::apply(fitted, test);
  CHECK(values_of(test, "x") == values{2, -0.5}); // outside, and not clipped
  dk::data::invert(fitted, "x", test);
  CHECK(values_of(test, "x") == values{20, 0});
  CHECK(values_of(after("min_max", {{"column", "x"}, {"to", {-1, 1}}}, numbers({3, 3})), "x") == values{-1, -1});
}

TEST_CASE("normalize divides by the p-norm", "[data][transforms][normalize]") {
  const auto cells = numbers({3, -4, 0, 0}, {2});
  CHECK(values_of(after("normalize", {{"column", "x"}}, cells), "x") ==
        values{static_cast<double>(0.6F), static_cast<double>(-0.8F), 0, 0});
  CHECK(values_of(after("normalize", {{"column", "x"}, {"p", "inf"}}, cells), "x") == values{0.75, -1, 0, 0});
  CHECK(values_of(after("normalize", {{"column", "x"}, {"p", 1}}, numbers({1, -3}, {2})), "x") == values{0.25, -0.75});
  CHECK(values_of(after("normalize", {{"column", "x"}, {"p", 1}}, numbers({1e308, 1e308}, {2})), "x") ==
        values{0.5, 0.5});
  CHECK(error_after("normalize", {{"column", "x"}, {"p", 0.5}}, cells, errc::config) ==
        "transform `normalize`: `p` is 0.5, expected a number of at least 1, or \"inf\"");
}

TEST_CASE("log adds, takes the logarithm, and can be undone", "[data][transforms][log]") {
  auto t = numbers({0, std::exp(1.0) - 1});
  const auto fitted = dk::data::fit({{"log", {{"column", "x"}, {"add", 1}}}}, t);
  CHECK(values_of(t, "x") == values{0, 1});
  dk::data::invert(fitted, "x", t);
  CHECK(values_of(t, "x")[1] == Approx(std::exp(1.0) - 1));
  CHECK(error_after("log", {{"column", "x"}}, numbers({2, 0})) ==
        "f: row 1 (the first is 0) of column `x` holds 0, and `add` is 0: the sum has no logarithm; raise `add`");
}

TEST_CASE("clip bounds on either side, or on one", "[data][transforms][clip]") {
  const auto x = numbers({-2, 0.5, 9});
  CHECK(values_of(after("clip", {{"column", "x"}, {"low", -1}, {"high", 1}}, x), "x") == values{-1, 0.5, 1});
  CHECK(values_of(after("clip", {{"column", "x"}, {"high", 1}}, x), "x") == values{-2, 0.5, 1});
  CHECK(error_after("clip", {{"column", "x"}}, x, errc::config) == "transform `clip`: needs `low`, `high` or both");
  CHECK(error_after("clip", {{"column", "x"}, {"low", 2}, {"high", 1}}, x, errc::config) ==
        "transform `clip`: `low` is 2, expected at most `high` = 1");
}

TEST_CASE("impute fills in what the training rows have", "[data][transforms][impute]") {
  const auto x = numbers({1, -999, 2, 2, 7, gap});
  const auto filled = [&](const nlohmann::json& with) {
    return values_of(after("impute", {{"column", "x"}, {"missing", -999}, {"with", with}}, x), "x");
  };
  CHECK(filled("mean") == values{1, 3, 2, 2, 7, 3});
  CHECK(filled("median") == values{1, 2, 2, 2, 7, 2});
  CHECK(filled("most_frequent") == values{1, 2, 2, 2, 7, 2});
  CHECK(filled(0.5) == values{1, 0.5, 2, 2, 7, 0.5});
  CHECK(values_of(after("impute", {{"column", "x"}, {"with", "median"}}, numbers({1, 4, gap, 2})), "x")[2] == 2);
  CHECK(values_of(after("impute", {{"column", "x"}, {"with", "median"}}, numbers({1, 4, gap, 2, 5})), "x")[2] == 3);
  auto test = numbers({-999});
  auto training = x;
  dk::data::apply(dk::data::fit({{"impute", {{"column", "x"}, {"missing", -999}}}}, training), test);
  CHECK(values_of(test, "x") == values{3});
  CHECK(error_after("impute", {{"column", "x"}, {"with", "mode"}}, x, errc::config).find("\"most_frequent\"") !=
        std::string::npos);
}

TEST_CASE("impute knows a number that f32 rounds", "[data][transforms]") {
  table t;
  const float tenth = 0.1F;
  t.put({"x", {}, dk::block::copy_of(&tenth, 1), "f", {}});
  CHECK(values_of(after("impute", {{"column", "x"}, {"missing", 0.1}, {"with", 5}}, t), "x") == values{5});
}

TEST_CASE("numbers are wanted where there is text", "[data][transforms]") {
  CHECK(
      error_after("standard", {{"column", "x"}}, words({"s", "b"})) ==
      "f: column `x` holds text, as \"s\" in row 0, expected numbers; string_index or binary_label make numbers of it");
}
