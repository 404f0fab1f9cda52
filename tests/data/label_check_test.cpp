#include "data/label_check.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace dk::test;
using dk::errc;
using dk::label_part;
using dk::label_range;
using dk::data::dataset;
using dk::data::label_checker;

namespace {

dataset labelled(const std::vector<float>& labels, std::size_t width = 1, std::uint64_t first = 0) {
  dataset all;
  all.rows = labels.size() / width;
  all.label_width = width;
  all.labels = dk::block::copy_of(labels.data(), labels.size());
  all.origin = "l";
  all.numbers = {first};
  return all;
}

std::string refusal(const std::vector<label_part>& parts, const dataset& rows) {
  return failure_of(errc::data, [&] { label_checker{parts}.see(rows); });
}

std::string refusal(label_range range, const std::vector<float>& labels, std::size_t width = 1) {
  return refusal({{range, width, 3, "the_loss"}}, labelled(labels, width));
}

} // namespace

TEST_CASE("labels are class numbers below the number of classes", "[data][labels]") {
  CHECK(refusal(label_range::class_number, {0, 2}) == "no failure");
  CHECK(refusal(label_range::class_number, {0, 3}) ==
        "l: row 1 (the first is 0) has the label 3, expected a whole number from 0 to 2; correct it, or give the model "
        "more outputs");
  CHECK(refusal(label_range::class_number, {0.5, 0}).find("label 0.5") != std::string::npos);
  CHECK(refusal(label_range::class_number, {0, -1}).find("label -1") != std::string::npos);
  CHECK(failure_of(errc::data, [] {
          label_checker{{{label_range::any, 1, 3, ""}}}.see({});
        }) == "has no labels; name them in the data source");
}

TEST_CASE("a label outside of its range is named with its row", "[data][labels]") {
  CHECK(refusal(label_range::any, {-1e30F, 0, 7}) == "no failure");
  CHECK(refusal(label_range::probability, {0, 0.5, 1}) == "no failure");
  CHECK(refusal(label_range::probability, {0, -1}) ==
        "l: row 1 (the first is 0) has the label -1, expected a number from 0 to 1 for the_loss; correct it (two "
        "classes are 0 and 1), or take another loss");
  CHECK(refusal(label_range::probability, {2, 0}).find("row 0 (the first is 0) has the label 2, ") !=
        std::string::npos);
  CHECK(refusal(label_range::from_zero, {0, 3.5}) == "no failure");
  CHECK(refusal(label_range::from_zero, {0, -0.5}).find("label -0.5, expected a number of at least 0 for the_loss") !=
        std::string::npos);
  CHECK(refusal(label_range::not_zero, {-1, 0}).find("label 0, expected a number that is not 0 ") != std::string::npos);
  CHECK(refusal({{label_range::from_zero, 1, 1, "x"}}, labelled({0, -1}, 1, 40)).find("row 41 ") != std::string::npos);
}

TEST_CASE("probabilities and single choices sum to one", "[data][labels]") {
  CHECK(refusal(label_range::distribution, {0, 1, 0, 0.33F, 0.33F, 0.33F}, 3) == "no failure");
  CHECK(
      refusal(label_range::distribution, {0, 1, 0, 1, 1, 0}, 3) ==
      "l: row 1 (the first is 0) has the label whose numbers sum to 2, expected numbers from 0 to 1 that sum to 1 for "
      "the_loss; correct it; of rows with several classes take binary_crossentropy");
  CHECK(refusal(label_range::distribution, {0, 0, 0}, 3).find("sum to 0") != std::string::npos);
  CHECK(refusal(label_range::distribution, {2, -1, 0}, 3).find("label 2 (number 0, the first is 0)") !=
        std::string::npos);
  CHECK(refusal(label_range::one_hot, {0, 0, 1}, 3) == "no failure");
  CHECK(refusal(label_range::one_hot, {0, 0.5, 0.5}, 3).find("label 0.5 (number 1") != std::string::npos);
  CHECK(refusal(label_range::one_hot, {1, 0, 1}, 3).find("sum to 2") != std::string::npos);
}

TEST_CASE("two sides are -1 and 1, or 0 and 1 in all rows", "[data][labels]") {
  CHECK(refusal(label_range::side, {-1, 1, 1}) == "no failure");
  CHECK(refusal(label_range::side, {0, 1, 0}) == "no failure");
  CHECK(refusal(label_range::side, {1, 1}) == "no failure");
  CHECK(refusal(label_range::side, {1, 0, 1, -1})
            .find("row 3 (the first is 0) has the label -1, expected -1 or 1, or "
                  "in all rows 0 or 1") != std::string::npos);
  CHECK(refusal(label_range::side, {0.5}).find("label 0.5") != std::string::npos);
  label_checker parts{{{label_range::side, 1, 1, "x"}}};
  parts.see(labelled({-1, 1}));
  CHECK(failure_of(errc::data, [&] { parts.see(labelled({1, 0}, 1, 2)); }).find("row 3 ") != std::string::npos);
}

TEST_CASE("each output has its own range", "[data][labels]") {
  const std::vector<label_part> parts{{label_range::class_number, 1, 3, "a"}, {label_range::from_zero, 2, 2, "b"}};
  CHECK(refusal(parts, labelled({2, 5, 5, 0, 0, 0}, 3)) == "no failure");
  CHECK(refusal(parts, labelled({2, 5, 5, 0, 0, -1}, 3))
            .find("label -1 (number 1, the first is 0), expected a number "
                  "of at least 0 for b") != std::string::npos);
  CHECK(refusal(parts, labelled({3, 5, 5}, 3)).find("label 3, expected a whole number from 0 to 2") !=
        std::string::npos);
}
