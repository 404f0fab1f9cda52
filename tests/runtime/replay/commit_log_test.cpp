// The log of commits as a reader meets it: whole, damaged, or of another kind; and what a replay makes of it.
#include "runtime/replay/commit_log.hpp"

#include "runtime/replay/causal_order.hpp"
#include "runtime/replay/plan.hpp"
#include "tests/runtime/replay/commit_log_text.hpp"
#include "tests/support.hpp"

using namespace dk;
using namespace dk::test;

namespace {

using line = log_text::line;

const std::vector<line> three{{0, 0, 0, 0, 0, 1}, {0, 1, 0, 1, 0, 2}, {0, 0, 0, 2, 1, 3}};

const pull_habit on_waiting{true, false};
const pull_habit elastic{false, true};

// What is wrong with a text.
std::string refusal(const std::string& text) {
  return failure_of(errc::checkpoint, [&] { parse_commit_log(text, "log"); });
}

// What is wrong with three lines of which the last has `from` replaced by `to`.
std::string refusal_of(const std::string& from, const std::string& to) {
  auto text = log_text::of(three);
  const auto at = text.rfind(from);
  REQUIRE(at != std::string::npos);
  return refusal(text.replace(at, from.size(), to));
}

std::string refusal_of_header(const std::string& from, const std::string& to) {
  auto text = log_text::of(three);
  return refusal(text.replace(text.find(from), from.size(), to));
}

std::string contradiction(const std::vector<line>& lines, int servers = 2) {
  const auto log = parse_commit_log(log_text::of(lines, servers), "log");
  return failure_of(errc::checkpoint, [&] { make_plan(log, on_waiting); });
}

std::string to_text(const std::vector<script_step>& script) {
  std::string text;
  for (const auto& step : script)
    text += (step.what == script_step::kind::pull ? " pull" : " commit") + std::to_string(step.worker) + "@" +
            std::to_string(step.version);
  return text;
}

} // namespace

TEST_CASE("a log is read line by line", "[runtime][replay]") {
  const auto log = parse_commit_log(log_text::of(three), "log");
  CHECK(log.grid.rows == 25);
  CHECK(log.grid.chunk_rows == 10);
  CHECK(log.workers == 2);
  REQUIRE(log.commits.size() == 3);
  CHECK(log.commits[2].line == 4);
  CHECK(log.commits[2].what.chunk == chunk_id{0, 2});
  CHECK(log.commits[2].what.rows == row_range{20, 25});
  CHECK(log.commits[2].what.base == 1);
  CHECK(log.commits[2].what.staleness == 1);
  CHECK(parse_commit_log(log_text::header(), "log").commits.empty());
}

TEST_CASE("of a log that grows, half a line at its end is left out", "[runtime][replay]") {
  const temporary_folder folder;
  const auto whole = log_text::of(three);
  const auto path = folder.write("log", whole.substr(0, whole.size() - 1));
  CHECK(read_commit_log(path, true).commits.size() == 2);
  CHECK(failure_in(folder, errc::checkpoint, [&] { read_commit_log(path); }).find("log:4: is torn") == 0);
}

TEST_CASE("a damaged log is refused with the line", "[runtime][replay]") {
  CHECK(refusal("") == "log:1: is missing: the log is empty");
  CHECK(refusal("x,y\n") == "log:1: is not an object of JSON; the log is damaged");
  const auto whole = log_text::of(three);
  CHECK(refusal(whole.substr(0, whole.size() - 1)) == "log:4: is torn: the log ends in the middle of this line");
  CHECK(refusal(whole.substr(0, 40)) == "log:1: is torn: the log ends in the middle of this line");
  CHECK(refusal(whole + "\n") == "log:5: is not an object of JSON; the log is damaged");
  CHECK(refusal_of(R"("rows":)", R"("rows" )") == "log:4: is not an object of JSON; the log is damaged");
  CHECK(refusal_of(R"("base":1,)", "") == "log:4: has no \"base\"");
  CHECK(refusal_of(R"("base":1)", R"("base":-1)") ==
        "log:4: \"base\" is not a whole number from 0 to 4611686018427387903");
  CHECK(refusal_of(R"("worker":0)", R"("worker":2)") == "log:4: \"worker\" is not a whole number from 0 to 1");
  CHECK(refusal_of(R"("shard":0)", R"("shard":1)") == "log:4: \"shard\" is not a whole number from 0 to 0");
  CHECK(refusal_of(R"("epoch":0)", R"("epoch":2)") == "log:4: \"epoch\" is not a whole number from 0 to 1");
  CHECK(refusal_of(R"("chunk":2)", R"("chunk":3)") == "log:4: \"chunk\" is not a whole number from 0 to 2");
  CHECK(refusal_of(R"("chunk":2)", R"("chunk":1.0)") == "log:4: \"chunk\" is not a whole number from 0 to 2");
  CHECK(refusal_of("[20,25]", "[20,30]") == "log:4: the rows of e0/c2 are [20,25)");
  CHECK(refusal_of("[20,25]", "[20]") == "log:4: \"rows\" is not [first, last)");
  CHECK(refusal_of(R"("t":0.5)", R"("t":"now")") == "log:4: \"t\" is not a number from 0");
  CHECK(refusal_of(R"("applied")", R"("folded")") ==
        "log:4: \"verdict\" is not one of applied, duplicate, fenced, rejected");
}

TEST_CASE("a log that its shard cannot have written is refused", "[runtime][replay]") {
  CHECK(refusal_of(R"("version":3)", R"("version":4)") ==
        "log:4: takes shard 0 from version 2 to 4; a line before it is missing");
  CHECK(refusal_of(R"("base":1)", R"("base":3)") == "log:4: base 3 is newer than version 2 of shard 0");
  CHECK(refusal_of(R"("staleness":1)", R"("staleness":0)") == "log:4: the staleness from base 1 is 1");
  CHECK(refusal(log_text::of({{0, 0, 0, 0, 0, 1}, {0, 1, 0, 0, 0, 2}})) ==
        "log:3: applied, but shard 0 had folded e0/c0 in before");
  CHECK(refusal(log_text::of({{0, 0, 0, 0, 0, 1}, {0, 1, 0, 0, 0, 1, "rejected"}})) ==
        "log:3: rejected, but shard 0 had folded e0/c0 in before");
  CHECK(refusal(log_text::of({{0, 0, 0, 0, 0, 0, "duplicate"}})) ==
        "log:2: duplicate, but shard 0 had not folded e0/c0 in before");
}

TEST_CASE("in rounds the lines share the base that their round began with", "[runtime][replay]") {
  const auto text_of = [](const std::vector<line>& lines) {
    auto text = log_text::header(1, 2, "sync");
    for (auto one : lines) {
      one.staleness = 0;
      text += log_text::text_of(one);
    }
    return text;
  };
  const std::vector<line> two_rounds{{0, 0, 0, 0, 0, 1}, {0, 1, 0, 1, 0, 2}, {0, 1, 0, 2, 2, 3}, {0, 0, 1, 0, 2, 4}};
  const auto plan = make_plan(parse_commit_log(text_of(two_rounds), "log"), {true, true});
  CHECK(plan.rounds);
  CHECK(to_text(plan.shards.at(0)) == " commit0@0 commit1@0 commit1@2 commit0@2"); // what the verdicts say
  CHECK(plan.workers.at(1)[0].round == 0);
  CHECK(plan.workers.at(1)[1].round == 1);
  CHECK(plan.workers.at(0)[1].round == 1);
  auto broken = two_rounds;
  broken[3].base = 1;
  CHECK(refusal(text_of(broken)) == "log:5: base 1 is not that of a round of shard 0");
}

TEST_CASE("a log of something else is refused", "[runtime][replay]") {
  CHECK(refusal_of_header("dk-commits", "dk-history") ==
        "log:1: is no header of a dk-commits log; name the folder of a run that recorded its commits");
  CHECK(refusal_of_header(R"("version":1)", R"("version":2)") ==
        "log:1: is of format 2, this dk reads format 1; use the dk that wrote it");
  CHECK(refusal_of_header(R"("rows":25)", R"("rows":0)") ==
        "log:1: \"rows\" is not a whole number from 1 to 4611686018427387903");
  CHECK(refusal_of_header(R"("rows":25)", R"("rows":4611686018427387903)") ==
        "log:1: has more chunks than a run can have");
  CHECK(refusal_of_header(R"("communication_window":2)", R"("communication_window":4611686018427387903)") ==
        "log:1: \"communication_window\" is not a whole number from 1 to 922337203685477580");
}

TEST_CASE("a resumed run's log says where each start began", "[runtime][replay]") {
  const auto whole = log_text::of(three) + R"({"restart":1,"versions":[2]})" + "\n";
  const auto log = parse_commit_log(whole + log_text::text_of({0, 1, 0, 2, 2, 3}), "log"); // version 3 again
  REQUIRE(log.restarts.size() == 1);
  CHECK(log.restarts[0].commits == 3);
  CHECK(log.restarts[0].session == 1);
  CHECK(log.restarts[0].shards.at(0).version == 2);
  CHECK(log.restarts[0].shards.at(0).folded == std::set<std::uint64_t>{0, 1});
  CHECK(log.versions == std::vector<std::uint64_t>{3});
  const auto first = make_plan(log, on_waiting);
  CHECK(to_text(first.shards.at(0)) == " commit0@1 commit1@2 commit0@3");
  CHECK(first.kept == std::vector<std::uint64_t>{2});
  const auto second = make_plan(log, on_waiting, 1);
  CHECK(to_text(second.shards.at(0)) == " commit1@3");
  CHECK(second.kept.empty());
  CHECK_FALSE(second.workers.at(1)[0].waited); // it starts from what the checkpoint had
  CHECK(second.chunks == 3);
  CHECK(second.rows == 25);
  CHECK(refusal(whole + log_text::text_of({0, 1, 0, 1, 2, 3})) == // chunk 1 was in the checkpoint, chunk 2 was not
        "log:6: applied, but shard 0 had folded e0/c1 in before");
  CHECK(refusal(log_text::of(three) + R"({"restart":1,"versions":[4]})" + "\n") ==
        "log:5: \"versions\" is not a whole number from 0 to 3");
  CHECK(refusal(log_text::of(three) + R"({"restart":1,"versions":[1,1]})" + "\n") ==
        "log:5: \"versions\" is not a list of 1");
}

TEST_CASE("a log says to how many epochs a run went on", "[runtime][replay]") {
  const auto more = log_text::of(three) + R"({"restart":1,"versions":[3],"epochs":3})" + "\n";
  const auto in_third = log_text::text_of({0, 1, 2, 0, 3, 4});
  const auto log = parse_commit_log(more + in_third, "log");
  CHECK(log.grid.epochs == 3);
  CHECK(log.epochs == 3);
  CHECK(make_plan(log, on_waiting, 1).workers.at(1)[0].chunk == chunk_id{2, 0});
  const auto fewer = parse_commit_log(log_text::of(three) + R"({"restart":1,"versions":[3],"epochs":1})" + "\n", "log");
  CHECK(fewer.grid.epochs == 2);
  CHECK(fewer.epochs == 1);
  CHECK(refusal(log_text::of(three) + in_third) == "log:5: \"epoch\" is not a whole number from 0 to 1");
  CHECK(refusal(log_text::of(three) + R"({"restart":1,"versions":[3],"epochs":0})" + "\n") ==
        "log:5: \"epochs\" is not a whole number from 1 to 4294967295");
}

TEST_CASE("a plan has who trains what, and where each pull belongs", "[runtime][replay]") {
  // Worker 1 started from 1, so it had pulled; worker 0 went on from 1, which its verdict had brought.
  const auto log = parse_commit_log(
      log_text::of({{0, 0, 0, 0, 0, 1}, {0, 1, 0, 1, 1, 2}, {0, 0, 0, 2, 1, 3}, {0, 0, 1, 0, 3, 3, "rejected"}}),
      "log");
  const auto plan = make_plan(log, on_waiting);
  CHECK(to_text(plan.shards.at(0)) == " commit0@1 pull1@1 commit1@2 commit0@3 commit0@3");
  REQUIRE(plan.workers.at(0).size() == 3);
  CHECK(plan.workers.at(0)[1].chunk == chunk_id{0, 2});
  CHECK_FALSE(plan.workers.at(0)[1].waited);
  CHECK(plan.workers.at(1)[0].waited);
  CHECK(plan.rows == 25);
  CHECK(plan.chunks == 3);
  CHECK(plan.doubts.empty());
  CHECK(to_text(make_plan(log, elastic).shards.at(0)) ==
        " pull0@0 commit0@1 pull0@1 pull1@1 commit1@2 commit0@3 pull0@3 commit0@3");
}

TEST_CASE("a worker lost between two shards commits to one of them", "[runtime][replay]") {
  // Worker 0 has pulled version 1 of both before its last chunk, which worker 1 then trains for shard 1.
  const std::vector<line> lines{{0, 1, 0, 0, 0, 1},
                                {1, 1, 0, 0, 0, 1},
                                {0, 0, 0, 1, 1, 2}, // and no line of shard 1
                                {0, 1, 0, 1, 1, 2, "duplicate"},
                                {1, 1, 0, 1, 1, 2}};
  const auto log = parse_commit_log(log_text::of(lines, 2), "log");
  const auto plan = make_plan(log, on_waiting);
  CHECK(to_text(plan.shards.at(0)) == " commit1@1 pull0@1 commit0@2 commit1@2");
  CHECK(to_text(plan.shards.at(1)) == " commit1@1 pull0@1 commit1@2");
  CHECK(plan.rows == 20);
  CHECK(plan.doubts.empty() == false);
  CHECK(plan.doubts.at(0) == "the log does not say from which version of shard 1 worker 0, which was then lost, "
                             "started e0/c1; assuming version 1");
  CHECK(make_plan(log, elastic).doubts.empty()); // an elastic delta is a shard's own
}

TEST_CASE("what one shard has told late stands where it belongs", "[runtime][replay]") {
  // Each shard's lines are in order. Worker 0 began its second chunk when both shards had folded in its first, and
  // worker 1 its first with version 2 of shard 1, of which that shard tells at the end.
  const std::vector<line> late{{0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 1, 2}, {0, 1, 0, 2, 2, 3},
                               {1, 0, 0, 0, 0, 1}, {1, 0, 0, 1, 1, 2}, {1, 1, 0, 2, 2, 3}};
  const std::vector<line> ordered{{0, 0, 0, 0, 0, 1}, {1, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 1, 2},
                                  {1, 0, 0, 1, 1, 2}, {0, 1, 0, 2, 2, 3}, {1, 1, 0, 2, 2, 3}};
  const auto log = parse_commit_log(log_text::of(late, 2), "log");
  const auto same = parse_commit_log(log_text::of(ordered, 2), "log");
  const std::vector<shard_start> starts(2);
  const auto lines = in_causal_order(log.commits.begin(), log.commits.end(), starts);
  REQUIRE(lines.size() == same.commits.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    INFO(i);
    CHECK(lines[i].place == i + 1);
    CHECK(lines[i].what.shard == same.commits[i].what.shard);
    CHECK(lines[i].what.version == same.commits[i].what.version);
  }
  CHECK(lines[1].line == 5); // of the file, for errors
  for (std::uint32_t shard : {0U, 1U})
    CHECK(to_text(make_plan(log, elastic).shards.at(shard)) == to_text(make_plan(same, elastic).shards.at(shard)));
  const auto stay = in_causal_order(same.commits.begin(), same.commits.end(), starts);
  for (std::size_t i = 0; i < stay.size(); ++i)
    CHECK(stay[i].line == same.commits[i].line);
}

TEST_CASE("lines of several shards that contradict each other are refused", "[runtime][replay]") {
  CHECK(contradiction({{0, 0, 0, 0, 0, 1}, {1, 0, 0, 1, 0, 1}}) ==
        "log:3: worker 0 commits e0/c1 to shard 1, but e0/c0 to another");
  CHECK(contradiction({{0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 1, 2}}) ==
        "log:3: worker 0 goes on with e0/c1 before every shard has answered for its chunk before");
  // Each of two workers started from what the other one made.
  CHECK(contradiction({{0, 0, 0, 0, 0, 1}, {1, 1, 0, 1, 0, 1}, {1, 0, 0, 0, 1, 2}, {0, 1, 0, 1, 1, 2}}) ==
        "log:4: worker 0 had not seen base 1 of shard 1 when it committed e0/c0");
  CHECK(contradiction({{0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 2}}, 1) ==
        "log:3: worker 0 had seen a newer version than base 0 of shard 0");
}

TEST_CASE("a run without a log is told from one with it", "[runtime][replay]") {
  const temporary_folder folder;
  CHECK(failure_in(folder, errc::checkpoint, [&] { read_commit_log(folder.path("commits.jsonl")); }) ==
        "commits.jsonl: cannot be read; a run leaves it only with record = true, and `single` never does");
}

TEST_CASE("a round begins anew where a run in rounds was resumed", "[runtime][replay]") {
  const auto text_of = [](line one) {
    one.staleness = 0;
    return log_text::text_of(one);
  };
  const auto before = log_text::header(1, 2, "sync") + text_of({0, 0, 0, 0, 0, 1}) + text_of({0, 1, 0, 1, 0, 2}) +
                      text_of({0, 0, 0, 2, 2, 3});
  const auto resumed = [&](int version) {
    return before + R"({"restart":1,"versions":[)" + std::to_string(version) + "]}\n";
  };
  const auto log = parse_commit_log(resumed(2) + text_of({0, 1, 0, 2, 2, 3}) + text_of({0, 0, 1, 0, 2, 4}), "log");
  CHECK(log.versions == std::vector<std::uint64_t>{4});
  CHECK(parse_commit_log(resumed(1) + text_of({0, 0, 0, 1, 1, 2}), "log").versions == std::vector<std::uint64_t>{2});
  const auto early =
      log_text::header(1, 2, "sync") + text_of({0, 0, 0, 0, 0, 1}) + R"({"restart":1,"versions":[1]})" + "\n";
  CHECK(refusal(early + text_of({0, 0, 0, 1, 0, 2})) == "log:4: base 0 is not that of a round of shard 0");
}
