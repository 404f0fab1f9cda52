#include "actors/validator/validation_rule.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace dk;

namespace {

validation_report with_loss(double loss, std::uint64_t correct = 0, bool last = false) {
  validation_report made;
  made.rows = 10;
  made.loss_sum = loss * 10;
  made.correct = correct;
  made.decisions = 10;
  made.last = last;
  return made;
}

// What a watch makes of these losses: for each + when it is the best so far, and a ! behind it when patience is out.
std::string course(validation_watch& watch, const std::vector<double>& losses) {
  std::string text;
  for (const auto loss : losses) {
    auto measured = with_loss(loss);
    watch.add(measured);
    text += measured.best ? '+' : '-';
    text += watch.is_out_of_patience() ? "!" : "";
  }
  return text;
}

std::string course(const validation_rule& rule, const std::vector<double>& losses) {
  validation_watch watch{rule};
  return course(watch, losses);
}

validation_rule patient(std::uint64_t patience, double min_delta = 0) {
  validation_rule rule;
  rule.patience = patience;
  rule.min_delta = min_delta;
  return rule;
}

} // namespace

// As Keras 2.15's EarlyStopping goes through these losses.
TEST_CASE("patience counts the measurements without a better center", "[actors][validation]") {
  CHECK(course(patient(2), {5, 4, 4, 3, 6, 3, 2}) == "++-+--!+");
  CHECK(course(patient(1), {5, 5}) == "+-!"); // as good is not better
  CHECK(course(patient(0), {5, 4, 5}) == "++-!");
  CHECK(course({}, {5, 6, 7, 8}) == "+---"); // without patience nothing stops
}

TEST_CASE("better means by more than min_delta", "[actors][validation]") {
  CHECK(course(patient(2, 0.5), {5, 4.75, 4.5, 4.25}) == "+--!+");
}

TEST_CASE("the accuracy can be what counts", "[actors][validation]") {
  auto rule = patient(1, 0.1);
  rule.by_accuracy = true;
  validation_watch watch{rule};
  auto first = with_loss(1, 5);
  watch.add(first);
  CHECK(first.best);
  auto same = with_loss(0.5, 6); // by no more than min_delta
  watch.add(same);
  CHECK_FALSE(same.best);
  auto better = with_loss(2, 7);
  watch.add(better);
  CHECK(better.best);
  CHECK_FALSE(watch.is_out_of_patience());
}

TEST_CASE("a loss that is no number is never the best", "[actors][validation]") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(course(patient(2), {nan, 5, nan, nan}) == "-+--!");
}

TEST_CASE("a measurement that was not due can be the best, and decides nothing else", "[actors][validation]") {
  auto rule = patient(1);
  rule.emperor = emperor_rule{};
  validation_watch watch{rule};
  auto first = with_loss(5);
  watch.add(first);
  auto worse = with_loss(6, 0, true);
  watch.add(worse);
  CHECK_FALSE(watch.is_out_of_patience());
  CHECK(watch.rate() == 1);
  auto better = with_loss(1, 0, true);
  watch.add(better);
  CHECK(better.best);
}

TEST_CASE("Emperor divides the learning rate when the loss improves by less than the threshold",
          "[actors][validation][emperor]") {
  validation_rule rule;
  rule.emperor = emperor_rule{0.5, 10};
  validation_watch watch{rule};
  std::vector<double> rates;
  for (const double loss : {5.0, 4.0, 3.5, 3.25, 3.75, 1.0}) {
    auto measured = with_loss(loss);
    watch.add(measured);
    CHECK(double{measured.rate} == watch.rate());
    rates.push_back(measured.rate);
  }
  CHECK(rates[0] == 1); // there is nothing to compare with yet
  CHECK(rates[1] == 1);
  CHECK(rates[2] == 1); // by just the threshold
  CHECK(rates[3] == Approx(0.1));
  CHECK(rates[4] == Approx(0.01)); // a rise is no progress: dist-keras took its absolute value
  CHECK(rates[5] == Approx(0.01));
}

TEST_CASE("a resumed run goes on where it was", "[actors][validation]") {
  auto rule = patient(2);
  rule.emperor = emperor_rule{0.5, 10};
  validation_watch before{rule};
  validation_watch after{rule};
  for (const double loss : {3.0, 2.0, 2.0}) {
    auto measured = with_loss(loss);
    before.add(measured);
    after.recall(measured);
  }
  after.begin();
  CHECK(after.rate() == before.rate());
  CHECK(course(after, {2.5}) == "-!");
  CHECK(after.rate() == Approx(0.01));
  SECTION("but one that was out of patience is given as much again") {
    validation_watch again{rule};
    for (const double loss : {3.0, 3.0, 3.0})
      again.recall(with_loss(loss));
    again.begin();
    CHECK(course(again, {3.5, 2, 4, 4}) == "-+--!");
  }
}
