// What cannot be replayed, and replays that go wrong: each is told with its line.
#include "tests/runtime/recording.hpp"

using namespace dk;
using namespace dk::test;

TEST_CASE("a log of another job or other rows is refused", "[runtime][replay]") {
  const recording run{recorded_job("adag", 2, 1)};
  const auto refused = [&](errc code, const job& recorded, const data::dataset& rows) {
    auto text = failure_of(code, [&] { replay(recorded, run.log, recorded, rows, {}); });
    return text.substr(text.find("commits.jsonl"));
  };
  CHECK(refused(errc::data, run.what, blobs(89)) ==
        "commits.jsonl:1: the run had 90 rows, memory gives 89 now; put the run's data back");
  auto other = run.what;
  other.seed = 12;
  CHECK(refused(errc::checkpoint, other, run.rows) ==
        "commits.jsonl:1: \"seed\" is not 12, as in the run's config.resolved.toml");
  other = run.what;
  other.trainer.workers = 3;
  CHECK(refused(errc::checkpoint, other, run.rows) ==
        "commits.jsonl:1: \"workers\" is not 3, as in the run's config.resolved.toml");
  CHECK(failure_of(errc::usage, [&] {
          auto alone = run.under("single");
          alone.trainer.workers = 1;
          run.again(alone);
        }) == "single makes no commits, so there is nothing to replay");
  CHECK(failure_of(errc::usage, [&] { run.again(run.under("easgd")); }) ==
        "adag and easgd do not use the same kind of rounds, so neither can follow the schedule of the "
        "other");
  auto bounded = run.what;
  bounded.trainer.policy = "reject";
  CHECK(failure_of(errc::usage, [&] { run.again(bounded); }) ==
        "the policy \"reject\" changes the schedule; no recorded schedule can be replayed under it");
}

TEST_CASE("a replay that goes another way than its log ends with the line", "[runtime][replay]") {
  recording run{recorded_job("adag", 1, 1)};
  run.log.commits[4].what.kind = verdict_kind::rejected; // as if its delta had not been finite
  const auto text = failure_of(errc::checkpoint, [&] { run.again(); });
  CHECK(text.substr(text.find("commits.jsonl")) == "commits.jsonl:6: shard 0: the replay differs from the log: applied "
                                                   "at version 5 instead of rejected at version 5");
}

TEST_CASE("a replay that diverges ends with the line", "[runtime][replay]") {
  auto which = recorded_job("adag", 1, 1);
  which.trainer.optimizer = {"sgd", {{"learning_rate", 0.1}}};
  const recording run{which};
  auto wild = run.under("downpour");
  wild.trainer.optimizer = {"sgd", {{"learning_rate", 1e30}}};
  CHECK_FALSE(failure_of(errc::diverged, [&] { run.again(wild); }) == "no failure");
}
