#include "data/dataset.hpp"
#include "data/label_check.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using dk::block;
using dk::errc;
using dk::data::make_dataset;
using dk::data::table;
using dk::test::failure_of;

namespace {

block floats(const std::vector<float>& values) {
  return block::copy_of(values.data(), values.size());
}

table with(block features, std::vector<double> labels) {
  table t;
  t.put({"features", {2}, std::move(features), "f", {"pt", "eta"}});
  t.put({"label", {}, std::move(labels), "l", {}});
  return t;
}

} // namespace

TEST_CASE("a dataset holds aligned float32 and shares what already is", "[data][dataset]") {
  const auto features = floats({1, 2, 3, 4});
  const auto made = make_dataset(with(features, {7, 8}));
  CHECK(made.rows == 2);
  CHECK(made.feature_shape == std::vector<std::size_t>{2});
  CHECK(made.feature_width == 2);
  CHECK(made.label_width == 1);
  CHECK(made.features.data() == features.data());
  CHECK(reinterpret_cast<std::uintptr_t>(made.labels.data()) % 64 == 0);
  CHECK(made.labels[1] == 8.0F);
}

TEST_CASE("a dataset without labels is an error unless none are needed", "[data][dataset]") {
  table t;
  t.put({"features", {}, std::vector<std::uint8_t>{1, 2}, "f", {}});
  CHECK(make_dataset(t, dk::data::label_use::optional).label_width == 0);
  CHECK(failure_of(errc::data, [&] { make_dataset(t); }) == "f: no column `label`; the table has: features");
  CHECK(failure_of(errc::data, [] { make_dataset({}); }).find("no column `features`") != std::string::npos);
}

TEST_CASE("a number that is not finite is named by file, row and column", "[data][dataset]") {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(failure_of(errc::data,
                   [&] {
                     make_dataset(with(floats({1, 2, 3, nan}), {0, 0}));
                   }) == "f: row 1 (the first is 0) of column `features`, field `eta` holds nan, expected a finite "
                         "number that float32 can "
                         "hold; `impute` it, or correct or remove the row");
  CHECK(failure_of(errc::data, [&] {
          make_dataset(with(floats({1, 2, 3, 4}), {0, 1e300}));
        }).find("l: row 1 (the first is 0) of column `label` holds inf") == 0);
}

TEST_CASE("no rows are an error", "[data][dataset]") {
  CHECK(failure_of(errc::data, [] { make_dataset(with(block{}, {})); }) == "f: has no rows; give data to work on");
}

TEST_CASE("a column of weights is a dataset's weights where they are asked for", "[data][dataset][weights]") {
  auto rows = with(floats({1, 2, 3, 4}), {0, 1});
  rows.put({"sample_weight", {}, std::vector<double>{0, 2.5}, "l", {"w"}});
  CHECK_FALSE(make_dataset(rows).weighted);
  const auto made = make_dataset(rows, dk::data::label_use::required, dk::data::weight_use::required);
  REQUIRE(made.weighted);
  CHECK(made.weights[0] == 0);
  CHECK(made.weights[1] == 2.5F);
  CHECK(part_of(made, 1, 2).weights[0] == 2.5F);
  CHECK(dk::data::row_view{made, 1, 1}.weights()[0] == 2.5F);
  const auto refused = [&](std::vector<double> weights) {
    rows.put({"sample_weight", {}, std::move(weights), "l", {"w"}});
    return failure_of(errc::data,
                      [&] { make_dataset(rows, dk::data::label_use::required, dk::data::weight_use::required); });
  };
  CHECK(refused({1, -1}) == "l: row 1 (the first is 0) of column `sample_weight`, field `w` holds -1, expected a "
                            "weight: a finite number of at least 0; correct or remove the row");
  CHECK(refused({NAN, 1}).find("row 0 (the first is 0) of column `sample_weight`, field `w` holds nan, ") !=
        std::string::npos);
  CHECK(refused({1, 1e300}).find(" holds inf, expected a weight") != std::string::npos);
  CHECK(
      failure_of(errc::data, [&] {
        make_dataset(with(floats({1, 2, 3, 4}), {0, 1}), dk::data::label_use::required, dk::data::weight_use::required);
      }).find("f: has no column `sample_weight`, which held the weights") == 0);
}

// Labels are looked at some thousands at a time.
TEST_CASE("a label that is no class is named by its row, however far down", "[data][dataset]") {
  for (const std::size_t bad : {0U, 4095U, 4096U, 10'000U}) {
    std::vector<double> labels(10'001);
    labels[bad] = 7;
    table all;
    all.put({"features", {1}, floats(std::vector<float>(labels.size())), "f", {}});
    all.put({"label", {}, std::move(labels), "l", {}});
    dk::data::label_checker classes{{{dk::label_range::class_number, 1, 3, ""}}};
    const auto why = failure_of(errc::data, [&] { classes.see(make_dataset(all)); });
    CHECK(why.find("l: row " + std::to_string(bad) + " (the first is 0) has the label 7") == 0);
  }
}
