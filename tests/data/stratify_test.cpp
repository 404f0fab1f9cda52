#include "data/rows.hpp"
#include "data/stratify.hpp"
#include "tests/data/tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dk::test;
using dk::errc;
using dk::data::stratified_rows;
using dk::data::table;
using values = std::vector<double>;

namespace {

table labelled(const std::vector<std::string>& labels, const std::string& name = "label") {
  table t;
  t.put({name, {}, texts_of(labels), "f", {}});
  return t;
}

std::vector<bool> held_of(const table& rows, double part, std::uint64_t seed,
                          const std::vector<dk::spec>& transforms = {}) {
  stratified_rows by_class{transforms};
  by_class.see(rows);
  return by_class.held(part, seed);
}

std::size_t held_in(const std::vector<bool>& held, const std::vector<std::string>& labels, const std::string& which) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < labels.size(); ++row)
    count += held[row] && labels[row] == which ? 1U : 0U;
  return count;
}

} // namespace

TEST_CASE("rows are held out by class, of each its share", "[data][stratify]") {
  std::vector<std::string> labels;
  for (int i = 0; i < 200; ++i)
    labels.push_back(i % 20 == 3 ? "rare" : i % 2 == 0 ? "even" : "odd");
  for (const auto* label : {"once", "twice", "twice", "pair", "pair"})
    labels.emplace_back(label);
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    const auto held = held_of(labelled(labels), 0.2, seed);
    CHECK(held_in(held, labels, "even") == 20);
    CHECK(held_in(held, labels, "odd") == 18);
    CHECK(held_in(held, labels, "rare") == 2);
    CHECK(held_in(held, labels, "once") == 0);
    CHECK(held_in(held, labels, "twice") == 1); // the shares of both are below a half
    CHECK(held_in(held, labels, "pair") == 1);
    CHECK(held == held_of(labelled(labels), 0.2, seed));
  }
  CHECK(held_of(labelled(labels), 0.2, 1) != held_of(labelled(labels), 0.2, 2));
}

TEST_CASE("rows that come some at a time are held out as all at once", "[data][stratify]") {
  table all;
  all.put({"label", {2}, values{0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0}, "f", {}});
  stratified_rows in_parts{{}};
  in_parts.see(dk::data::slice(all, 0, 3));
  in_parts.see(dk::data::slice(all, 3, 5));
  CHECK(in_parts.held(0.25, 9) == held_of(all, 0.25, 9));
  const auto held = held_of(all, 0.25, 9);
  CHECK(std::count(held.begin(), held.end(), true) == 2);
}

TEST_CASE("together the shares are the part of all rows", "[data][stratify]") {
  std::vector<std::string> labels;
  for (int i = 0; i < 45; ++i)
    labels.push_back(std::to_string(i % 3));
  const auto held = held_of(labelled(labels), 0.1, 1);
  CHECK(std::count(held.begin(), held.end(), true) == 5); // 1.5 of each of the three, and 4.5 in all
}

TEST_CASE("the label that transforms make says the class", "[data][stratify]") {
  const std::vector<std::string> kinds{"a", "b", "a", "b", "a", "b", "c", "c"};
  const auto rows = labelled(kinds, "kind");
  const auto held = held_of(rows, 0.5, 1,
                            {{"string_index", {{"column", "kind"}, {"to", "number"}}},
                             {"rename", {{"column", "number"}, {"to", "label"}}},
                             {"one_hot", {{"column", "label"}, {"classes", 3}}}});
  CHECK(held_in(held, kinds, "c") == 1);
  const auto one_or_not =
      held_of(rows, 0.5, 1, {{"binary_label", {{"column", "kind"}, {"to", "label"}, {"positive", "c"}}}});
  CHECK(held_in(one_or_not, kinds, "c") == 1);
  CHECK(held_in(one_or_not, kinds, "a") + held_in(one_or_not, kinds, "b") == 3);
}

TEST_CASE("a label of several columns is a class by all of them, texts too", "[data][stratify]") {
  std::vector<std::string> kinds;
  values hot;
  std::vector<std::string> both;
  for (int i = 0; i < 80; ++i) {
    kinds.emplace_back(i % 4 == 0 ? "cat" : "dog");
    hot.push_back(i % 2);
    both.push_back(kinds.back() + (i % 2 == 0 ? "0" : "1"));
  }
  auto rows = labelled(kinds, "kind");
  rows.put({"hot", {}, hot, "f", {}});
  const dk::spec index{"string_index", {{"column", "kind"}}};
  const dk::spec assemble{"assemble", {{"columns", {"kind", "hot"}}, {"to", "label"}}};
  const auto held = held_of(rows, 0.25, 1, {index, assemble});
  CHECK(held_in(held, both, "cat0") == 5);
  CHECK(held_in(held, both, "dog0") == 5);
  CHECK(held_in(held, both, "dog1") == 10);
}

TEST_CASE("what has no classes is not held out by class", "[data][stratify]") {
  table numbers;
  numbers.put({"label", {}, values{1, 0.5}, "f", {}});
  CHECK(failure_of(errc::data, [&] { held_of(numbers, 0.5, 1); }) ==
        "f: row 1 (the first is 0) of column `label` holds 0.5, but `data.stratify` holds rows out by class, and a "
        "class is a whole number or a text; leave `stratify` out");
  CHECK(failure_of(errc::data, [] {
          held_of(labelled({"a", "b", "c"}), 0.5, 1);
        }) == "f: has no class of two rows or more, so that none can be held out by class; leave `data.stratify` out");
  CHECK(failure_of(errc::data, [] { held_of(labelled({"a"}, "x"), 0.5, 1); }).find("no column `label`") !=
        std::string::npos);
  values many(70'000);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i] = static_cast<double>(i);
  table ids;
  ids.put({"label", {}, many, "f", {}});
  CHECK(failure_of(errc::data, [&] { held_of(ids, 0.5, 1); }) ==
        "f: column `label` has more than 65,535 different values; it holds no classes, leave `data.stratify` out");
}
