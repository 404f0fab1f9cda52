#include "data/rows.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

using dk::block;
using dk::errc;
using dk::data::held_rows;
using dk::data::joined;
using dk::data::picked;
using dk::data::split;
using dk::data::table;
using dk::test::failure_of;

namespace {

table counting(std::size_t rows) {
  std::vector<float> features(rows * 2);
  std::vector<double> labels(rows);
  std::iota(features.begin(), features.end(), 0.0F);
  std::iota(labels.begin(), labels.end(), 0.0);
  dk::data::texts words;
  for (std::size_t i = 0; i < rows; ++i)
    words.push_back("row " + std::to_string(i));
  table t;
  t.put({"features", {2}, block::copy_of(features.data(), features.size()), "f", {}});
  t.put({"label", {}, std::move(labels), "l", {}});
  t.put({"word", {}, std::move(words), "w", {}});
  return t;
}

std::vector<double> labels_in(const table& of) {
  return std::get<std::vector<double>>(of.at("label").values);
}

} // namespace

TEST_CASE("picked rows come in the order asked for, in every column", "[data][rows]") {
  const auto some = picked(counting(4), {3, 1, 1});
  CHECK(labels_in(some) == std::vector<double>{3, 1, 1});
  const auto& features = std::get<block>(some.at("features").values);
  CHECK(std::vector<float>(features.begin(), features.end()) == std::vector<float>{6, 7, 2, 3, 2, 3});
  CHECK((*texts_in(some.at("word")))[0] == "row 3");
  CHECK(some.rows() == 3);
}

TEST_CASE("tables are joined by the names of the first", "[data][rows]") {
  table more;
  more.put({"label", {}, std::vector<std::int32_t>{7}, "m", {}});
  more.put({"word", {}, dk::data::texts{"seven", {5}}, "m", {}});
  more.put({"features", {2}, std::vector<std::uint8_t>{8, 9}, "m", {}});
  const auto all = joined({counting(1), more});
  CHECK(labels_in(all) == std::vector<double>{0, 7});
  CHECK(std::get<block>(all.at("features").values)[3] == 9.0F);
  CHECK((*texts_in(all.at("word")))[1] == "seven");
}

TEST_CASE("tables that do not belong together are not joined", "[data][rows]") {
  const auto first = counting(1);
  table lacks;
  lacks.put({"features", {2}, std::vector<std::uint8_t>{8, 9}, "m", {}});
  CHECK(failure_of(errc::data, [&] { joined({first, lacks}); }).find("m: no column `label`") == 0);
  table other;
  other.put({"features", {1, 2}, std::vector<std::uint8_t>{8, 9}, "m", {}});
  CHECK(failure_of(errc::data, [&] {
          joined({first, other});
        }) == "m: column `features` has the shape [1, 2], that of f has [2]; give files that belong together");
  other.put({"features", {2}, std::vector<std::uint8_t>{8, 9}, "m", {}});
  other.put({"label", {}, dk::data::texts{"x", {1}}, "m", {}});
  CHECK(failure_of(errc::data, [&] {
          joined({first, other});
        }) == "m: column `label` holds text, that of l the other; give files that belong together");
}

TEST_CASE("a split is disjoint, complete, in file order and the same every time", "[data][rows]") {
  const auto all = counting(100);
  const auto [rest, held] = split(all, held_rows(100, 0.2, 7, ""));
  CHECK(rest.rows() == 80);
  CHECK(held.rows() == 20);
  auto seen = labels_in(rest);
  const auto out = labels_in(held);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(std::is_sorted(out.begin(), out.end()));
  seen.insert(seen.end(), out.begin(), out.end());
  std::sort(seen.begin(), seen.end());
  CHECK(seen == labels_in(all));
  const auto& features = std::get<block>(held.at("features").values);
  for (std::size_t i = 0; i < held.rows(); ++i)
    CHECK(static_cast<double>(features[2 * i + 1]) == 2 * out[i] + 1);
  CHECK(labels_in(split(all, held_rows(100, 0.2, 7, "")).second) == out);
  CHECK(labels_in(split(all, held_rows(100, 0.2, 8, "")).second) != out);
}

TEST_CASE("a small split leaves each side a row", "[data][rows]") {
  CHECK(split(counting(3), held_rows(3, 0.01, 1, "")).second.rows() == 1);
  CHECK(split(counting(3), held_rows(3, 0.99, 1, "")).first.rows() == 1);
  CHECK(failure_of(errc::data, [] { held_rows(1, 0.5, 1, "f"); }) ==
        "f: has too few rows to hold any out; set `validation` to 0");
}

TEST_CASE("a slice has its rows of every column, and f32 numbers are shared", "[data][rows]") {
  const auto all = counting(5);
  const auto some = dk::data::slice(all, 1, 3);
  CHECK(some.rows() == 3);
  CHECK(labels_in(some) == std::vector<double>{1, 2, 3});
  CHECK(std::get<dk::data::texts>(some.at("word").values)[2] == "row 3");
  CHECK(std::get<block>(some.at("features").values).data() == std::get<block>(all.at("features").values).data() + 2);
  CHECK(dk::data::slice(all, 5, 0).rows() == 0);
}

TEST_CASE("rows keep the numbers that they have in their file", "[data][rows]") {
  const auto all = dk::data::counted_from(counting(10), 100);
  const auto numbers = [](const table& of) {
    std::vector<std::uint64_t> found;
    for (std::size_t row = 0; row < of.rows(); ++row)
      found.push_back(of.at("label").numbers[row]);
    return found;
  };
  using list = std::vector<std::uint64_t>;
  const auto first = dk::data::slice(all, 2, 3);
  CHECK(numbers(first) == list{102, 103, 104});
  CHECK(numbers(joined({first, dk::data::slice(all, 5, 1)})) == list{102, 103, 104, 105});
  CHECK(numbers(joined({first, dk::data::slice(all, 8, 2)})) == list{102, 103, 104, 108, 109});
  const auto some = picked(all, {7, 1, 4});
  CHECK(numbers(dk::data::slice(some, 1, 2)) == list{101, 104});
  CHECK(numbers(joined({some, first})) == list{107, 101, 104, 102, 103, 104});
}
