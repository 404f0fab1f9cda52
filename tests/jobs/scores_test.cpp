#include "jobs/inputs/data_summary.hpp"
#include "jobs/scores/class_scores.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using dk::score;

TEST_CASE("one output is scored as the probability of the second class", "[jobs][scores]") {
  const auto s = score({0.9F, 0.8F, 0.3F, 0.6F}, 1, {1, 0, 0, 1});
  CHECK(s.confusion == std::vector<std::vector<std::uint64_t>>{{1, 1}, {0, 2}});
  CHECK(s.classes[1].precision == Approx(2.0 / 3));
  CHECK(s.classes[1].recall == 1);
  CHECK(s.classes[1].f1 == Approx(0.8));
  CHECK(s.classes[1].auc.value() == 0.75); // three of four pairs are in order
  CHECK(s.log_loss.value() == Approx(-(std::log(0.9) + std::log(0.2) + std::log(0.7) + std::log(0.6)) / 4));
  CHECK(s.classes[0].f1 == Approx(2.0 / 3));
  CHECK(s.classes[0].auc.value() == 0.75);
}

TEST_CASE("of more than two classes each is scored", "[jobs][scores]") {
  const auto s = score({0.5F, 0.25F, 0.25F, 0.25F, 0.5F, 0.25F, 0.5F, 0.25F, 0.25F}, 3, {0, 1, 2});
  CHECK(s.confusion == std::vector<std::vector<std::uint64_t>>{{1, 0, 0}, {0, 1, 0}, {1, 0, 0}});
  CHECK(s.classes[0].precision == 0.5);
  CHECK(s.classes[2].precision == 0); // nobody was said to be of it
  CHECK(s.classes[1].f1 == 1);
  CHECK(s.classes[0].auc.value() == 0.75);
  CHECK(s.classes[2].auc.value() == 0.5);
}

TEST_CASE("names of classes stand in full above the confusion", "[jobs][scores]") {
  const auto s = score({0.9F, 0.2F}, 1, {1, 0});
  const std::vector<std::string> names{"Infinite", "\u00e9lan vital"};
  const auto text = to_text(s, names);
  for (const auto& name : names)
    CHECK(text.find(name) != text.rfind(name)); // in the table, as a head and as a line
  CHECK(text.find(" Infinite   \u00e9lan vital\n") != std::string::npos);
}

TEST_CASE("the area under the curve counts ties half, and needs both sides", "[jobs][scores]") {
  CHECK(dk::area_under_curve({0.5F, 0.5F}, {1, 0}).value() == 0.5);
  CHECK(dk::area_under_curve({0.1F, 0.2F, 0.3F}, {0, 1, 1}).value() == 1);
  CHECK(dk::area_under_curve({0.3F, 0.2F}, {0, 1}).value() == 0);
  CHECK_FALSE(dk::area_under_curve({0.3F, 0.2F}, {1, 1}).has_value());
}

TEST_CASE("what is no probability has no log loss", "[jobs][scores]") {
  CHECK_FALSE(score({2.0F, -1.0F}, 2, {0}).log_loss.has_value());
  CHECK_FALSE(score({0.9F, 0.9F}, 2, {0}).log_loss.has_value());
}

TEST_CASE("labels are classes, or there is nothing to score", "[jobs][scores]") {
  const std::vector<float> numbers{0, 1, 2, 0.5F};
  CHECK(dk::label_classes(numbers.data(), 3, 1, 3).value() == std::vector<std::size_t>{0, 1, 2});
  CHECK_FALSE(dk::label_classes(numbers.data(), 4, 1, 3).has_value());
  CHECK_FALSE(dk::label_classes(numbers.data(), 3, 1, 2).has_value());
  CHECK(dk::label_classes(numbers.data(), 2, 2, 2).value() == std::vector<std::size_t>{1, 0});
}

TEST_CASE("classes are shown by their names", "[jobs][scores]") {
  const auto s = score({0.9F, 0.2F}, 1, {1, 0});
  CHECK(dk::to_json(s, {"b", "s"}).at("classes")[1].at("class") == "s");
  CHECK(dk::to_text(s, {"b", "s"}).find("\n  s              1     1.0000  1.0000  1.0000  1.0000\n") !=
        std::string::npos);
  CHECK(dk::to_json(s, {}).at("classes")[1].at("class") == "1");
}

TEST_CASE("a summary has what a person asks first", "[apps][summary]") {
  auto t = dk::test::numbers({1, 5, std::numeric_limits<double>::quiet_NaN(), 3});
  t.put({"word", {}, dk::test::texts_of({"s", "b", "s", ""}), "f", {}});
  const auto text = dk::data_summary(t);
  CHECK(text.find("4 rows\n") == 0);
  CHECK(text.find("  x        f64  []           1 to 5, mean 3, 1 missing\n") != std::string::npos);
  CHECK(text.find("  word     text []           3 different texts, 1 empty\n") != std::string::npos);
  CHECK(text.find("row 1: 5, \"b\"\n") != std::string::npos);
}
