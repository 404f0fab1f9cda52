// What a transform has done to numbers is undone, with whatever keys it had.
#include "data/transforms/catalog.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk::test;
using dk::spec;

TEST_CASE("every inverse gives back what was, whatever the keys", "[data][transforms]") {
  const std::vector<double> single{0.5, 3, 7.25, 2, 1.5};
  const auto cells = numbers({0.5, 3, 7.25, 2, 1.5, 9}, {2});
  const std::vector<std::pair<spec, dk::data::table>> all{
      {{"standard", {{"column", "x"}}}, numbers(single)},
      {{"standard", {{"column", "x"}}}, cells},
      {{"min_max", {{"column", "x"}}}, numbers(single)},
      {{"min_max", {{"column", "x"}, {"to", {-1, 3}}}}, numbers(single)},
      {{"min_max", {{"column", "x"}, {"to", {5, 2}}}}, cells},
      {{"min_max", {{"column", "x"}, {"from", {-10, 30}}}}, numbers(single)},
      {{"min_max", {{"column", "x"}, {"from", {8, 2}}, {"to", {-2, 4}}}}, numbers(single)},
      {{"log", {{"column", "x"}}}, numbers(single)},
      {{"log", {{"column", "x"}, {"add", 2.5}}}, cells},
      {{"reshape", {{"column", "x"}, {"shape", {2, 1}}}}, cells},
      {{"rename", {{"column", "x"}, {"to", "y"}}}, numbers(single)},
      {{"one_hot", {{"column", "x"}, {"classes", 5}}}, numbers({0, 3, 1, 4, 2})},
      {{"string_index", {{"column", "x"}}}, words({"b", "a", "b", "c"})},
      {{"string_index", {{"column", "x"}, {"order", "alphabet"}}}, words({"b", "a", "b", "c"})},
  };
  std::set<std::string> seen;
  for (const auto& [what, given] : all) {
    INFO(what.name << " " << what.keys.dump());
    seen.insert(what.name);
    auto t = given;
    const auto fitted = dk::data::fit({what}, t);
    dk::data::invert(fitted, "x", t);
    if (dk::data::texts_in(given.at("x")) != nullptr) {
      CHECK(words_of(t, "x") == words_of(given, "x"));
      continue;
    }
    const auto before = values_of(given, "x");
    const auto after = values_of(t, "x");
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      CHECK(after[i] == Approx(before[i]).epsilon(1e-5));
  }
  for (const auto& name : dk::data::transform_names())
    if (dk::data::find_transform(name).invert != nullptr) {
      INFO("transform `" << name
                         << "` lacks a table to undo it on in tests/data/transforms/inverse_test.cpp; add a line");
      CHECK(seen.count(name) == 1);
    }
}
