#include "actors/ledger/stop_rule.hpp"

#include <catch2/catch.hpp>

using namespace dk;

namespace {

const chunk_grid four_chunks{40, 10, 3};

stop_watch watch_with(const stop_rule& rule) {
  return {rule, four_chunks};
}

chunk_report trained(double loss, std::uint64_t correct, std::uint64_t rows = 10) {
  chunk_report made;
  made.rows = rows;
  made.loss_sum = loss * static_cast<double>(rows);
  made.correct = correct;
  made.decisions = rows;
  return made;
}

} // namespace

TEST_CASE("without a rule a run is never stopped", "[actors][stop_rule]") {
  auto watch = watch_with({});
  for (int i = 0; i < 10; ++i)
    watch.add(trained(0, 10));
  CHECK_FALSE(watch.is_reached(1'000'000'000, 1e9));
}

TEST_CASE("rows and seconds stop a run as soon as they are reached", "[actors][stop_rule]") {
  stop_rule rule;
  rule.rows = 100;
  rule.seconds = 5;
  CHECK_FALSE(watch_with(rule).is_reached(99, 4.9));
  CHECK(watch_with(rule).is_reached(100, 0));
  CHECK(watch_with(rule).is_reached(0, 5));
  CHECK(watch_with(rule).is_late(5));
  CHECK_FALSE(watch_with(rule).is_late(4.9));
}

TEST_CASE("the loss is the mean over the rows of an epoch's newest chunks", "[actors][stop_rule]") {
  stop_rule rule;
  rule.loss = 0.5;
  auto watch = watch_with(rule);
  for (int i = 0; i < 3; ++i)
    watch.add(trained(0.1, 0));
  CHECK_FALSE(watch.is_reached(0, 0)); // not an epoch's worth yet
  watch.add(trained(2.5, 0));          // mean 0.7
  CHECK_FALSE(watch.is_reached(0, 0));
  watch.add(trained(0.1, 0)); // the same four: 0.1, 0.1, 2.5, 0.1
  CHECK_FALSE(watch.is_reached(0, 0));
  for (int i = 0; i < 3; ++i)
    watch.add(trained(0.1, 0)); // 2.5 is the oldest of four no more
  CHECK(watch.is_reached(0, 0));
}

TEST_CASE("the accuracy counts rows, not chunks", "[actors][stop_rule]") {
  stop_rule rule;
  rule.accuracy = 0.9;
  auto watch = watch_with(rule);
  for (int i = 0; i < 3; ++i)
    watch.add(trained(1, 8));    // 24 of 30
  watch.add(trained(1, 70, 70)); // 94 of 100
  CHECK(watch.is_reached(0, 0));
}
