#include "data/dataset.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <limits>

using dk::block;
using dk::errc;
using dk::data::check_labels;
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

TEST_CASE("labels are class numbers below the number of classes", "[data][dataset]") {
  const auto with_labels = [](std::vector<double> labels) {
    return make_dataset(with(floats({1, 2, 3, 4}), std::move(labels)));
  };
  check_labels(with_labels({0, 2}), 3);
  CHECK(failure_of(errc::data,
                   [&] {
                     check_labels(with_labels({0, 3}), 3);
                   }) ==
        "l: row 1 (the first is 0) has the label 3, expected a whole number from 0 to 2; correct it, or give the model "
        "more outputs");
  CHECK(failure_of(errc::data, [&] { check_labels(with_labels({0.5, 0}), 3); }).find("label 0.5") != std::string::npos);
  CHECK(failure_of(errc::data, [&] { check_labels(with_labels({0, -1}), 3); }).find("label -1") != std::string::npos);
  CHECK(failure_of(errc::data, [] { check_labels({}, 3); }) == "has no labels; name them in the data source");
}

// Labels are looked at some thousands at a time.
TEST_CASE("a label that is no class is named by its row, however far down", "[data][dataset]") {
  for (const std::size_t bad : {0U, 4095U, 4096U, 10'000U}) {
    std::vector<double> labels(10'001);
    labels[bad] = 7;
    table all;
    all.put({"features", {1}, floats(std::vector<float>(labels.size())), "f", {}});
    all.put({"label", {}, std::move(labels), "l", {}});
    const auto why = failure_of(errc::data, [&] { check_labels(make_dataset(all), 3); });
    CHECK(why.find("l: row " + std::to_string(bad) + " (the first is 0) has the label 7") == 0);
  }
}
