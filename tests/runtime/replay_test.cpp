// A recorded run is rebuilt bit for bit by its own actors, and replayed under other algorithms.
#include "runtime/replay/replay.hpp"

#include "small_job.hpp"
#include "tests/support.hpp"

#include <cstring>
#include <tuple>

using namespace dk;
using namespace dk::test;

namespace {

// Chunks of 21 rows and a last one of 6, a single batch.
job recorded_job(const std::string& algorithm, std::size_t workers, std::size_t servers) {
  auto which = blob_job(algorithm, workers);
  which.seed = 11;
  which.model.layers = {{"dense", {{"units", 12}, {"activation", "relu"}}},
                        {"dropout", {{"rate", 0.25}}},
                        {"dense", {{"units", 2}, {"activation", "softmax"}}}};
  which.trainer.servers = servers;
  which.trainer.epochs = 3;
  which.trainer.batch_size = 7;
  which.trainer.communication_window = 3;
  which.trainer.optimizer = {"adam", {{"learning_rate", 0.01}}};
  return which;
}

bool same_bits(const block& a, const block& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

// A run and its log.
struct recording {
  explicit recording(job which, std::size_t count = 90) : what(std::move(which)), rows(blobs(count)) {
    run_options options;
    options.folder = make_run_folder(folder.path("run"), "recorded");
    result = train(what, rows, options);
    log = read_commit_log(options.folder->commits());
  }

  run_result again(const job& under, const std::string& out = "") const {
    run_options options;
    if (!out.empty())
      options.folder = make_run_folder(folder.path(out), "replay");
    return replay(what, log, under, rows, options);
  }
  run_result again() const { return again(what); }

  job under(const std::string& algorithm) const {
    auto other = what;
    other.trainer.algorithm = {algorithm, find_algorithm(algorithm)->defaults};
    other.trainer.policy = ""; // what the algorithm prefers
    return other;
  }

  temporary_folder folder;
  job what;
  data::dataset rows;
  run_result result;
  commit_log log;
};

using schedule_line =
    std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t, std::uint64_t, verdict_kind>;

// Who, when, which rows, which base: the lines of each shard in their order.
std::vector<schedule_line> schedule_of(const commit_log& log) {
  std::vector<schedule_line> all;
  for (std::uint32_t shard = 0; shard < log.servers; ++shard)
    for (const auto& one : log.commits)
      if (const auto& r = one.what; r.shard == shard)
        all.emplace_back(shard, r.worker, r.chunk.epoch, r.chunk.index, r.base, r.version, r.kind);
  return all;
}

} // namespace

TEST_CASE("a replay gives the center of the run, bit for bit", "[runtime][replay]") {
  const auto algorithm = GENERATE(as<std::string>{}, "downpour", "adag", "dynsgd", "aeasgd", "eamsgd", "experimental");
  const auto workers = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{7});
  const auto servers = GENERATE(std::size_t{1}, std::size_t{2});
  INFO(algorithm << " with " << workers << " workers and " << servers << " servers");
  const recording run{recorded_job(algorithm, workers, servers)};
  REQUIRE(run.result.rows.balanced());
  const auto rebuilt = run.again();
  CHECK(same_bits(rebuilt.weights, run.result.weights));
  CHECK(rebuilt.versions == run.result.versions);
  CHECK(to_string(rebuilt.rows) == to_string(run.result.rows));
  CHECK(rebuilt.numbers.staleness == run.result.numbers.staleness);
  CHECK(rebuilt.numbers.rows == run.result.numbers.rows);
}

TEST_CASE("a run whose workers waited in line is replayed", "[runtime][replay]") {
  auto which = recorded_job(GENERATE(as<std::string>{}, "adag", "aeasgd"), 20, 2);
  which.trainer.epochs = 10;
  const recording run{which, 500};
  CHECK(same_bits(run.again().weights, run.result.weights));
}

TEST_CASE("a run under a policy is replayed", "[runtime][replay]") {
  const auto policy = GENERATE(as<std::string>{}, "scale", "distance", "wait", "reject");
  const auto algorithm = GENERATE(as<std::string>{}, "adag", "aeasgd");
  const auto servers = GENERATE(std::size_t{1}, std::size_t{2});
  INFO(policy << " with " << algorithm << " and " << servers << " servers");
  auto which = recorded_job(algorithm, 5, servers);
  which.trainer.policy = policy;
  which.trainer.max_staleness = policy == "reject" ? 1 : 0;
  const recording run{which};
  const auto rebuilt = run.again();
  CHECK(same_bits(rebuilt.weights, run.result.weights));
  CHECK(rebuilt.numbers.rejected == run.result.numbers.rejected);
}

TEST_CASE("under another policy the schedule stays and the center does not", "[runtime][replay]") {
  const recording run{recorded_job("adag", 3, 2)};
  auto under = run.what;
  under.trainer.policy = GENERATE(as<std::string>{}, "scale", "distance");
  const auto other = run.again(under, "other");
  CHECK_FALSE(same_bits(other.weights, run.result.weights));
  CHECK(other.rows.balanced());
  CHECK(schedule_of(read_commit_log(run.folder.path("other/commits.jsonl"))) == schedule_of(run.log));
}

TEST_CASE("a run that was stopped early is replayed as far as it came", "[runtime][replay]") {
  auto which = recorded_job("dynsgd", 3, 2);
  which.trainer.stop = {{"rows", 100}};
  const recording run{which};
  REQUIRE(run.result.stopped);
  const auto rebuilt = run.again();
  CHECK(same_bits(rebuilt.weights, run.result.weights));
  CHECK(rebuilt.stopped);
  CHECK(rebuilt.rows.balanced());
  CHECK(rebuilt.rows.expected == run.result.rows.expected);
}

TEST_CASE("under another algorithm the schedule stays and the center does not", "[runtime][replay]") {
  const auto [from, to] = GENERATE(table<std::string, std::string>({{"adag", "dynsgd"},
                                                                    {"adag", "aeasgd"},
                                                                    {"aeasgd", "downpour"},
                                                                    {"dynsgd", "adag"},
                                                                    {"aeasgd", "experimental"},
                                                                    {"adag", "eamsgd"}}));
  INFO(from << " as " << to);
  const recording run{recorded_job(from, 3, 2)};
  const auto other = run.again(run.under(to), "other");
  CHECK_FALSE(same_bits(other.weights, run.result.weights));
  CHECK(other.rows.balanced());
  CHECK(other.rows.applied == 270);
  CHECK(other.numbers.staleness == run.result.numbers.staleness);
  const auto log = read_commit_log(run.folder.path("other/commits.jsonl"));
  CHECK(schedule_of(log) == schedule_of(run.log));
  CHECK(log.header.at("algorithm") == to);

  const auto again = replay(run.under(to), log, run.under(to), run.rows, {}); // a replay is a run
  CHECK(same_bits(again.weights, other.weights));
  CHECK(same_bits(run.again(run.under(to)).weights, other.weights));
}

TEST_CASE("other keys of the same algorithm are another rule", "[runtime][replay]") {
  const recording run{recorded_job("aeasgd", 3, 1)};
  auto softer = run.what;
  softer.trainer.algorithm.keys["rho"] = 2.0;
  CHECK_FALSE(same_bits(run.again(softer).weights, run.result.weights));
}

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
  CHECK(
      failure_of(errc::usage, [&] { run.again(run.under("easgd")); }) ==
      "easgd commits in rounds, which this dk cannot replay; only algorithms whose workers commit as it comes can be");
  auto bounded = run.what;
  bounded.trainer.policy = "reject";
  CHECK(failure_of(errc::usage, [&] { run.again(bounded); }) ==
        "the policy \"reject\" changes who trains what, so no other schedule can be followed under it");
}

TEST_CASE("a replay that goes another way than its log ends with the line", "[runtime][replay]") {
  recording run{recorded_job("adag", 1, 1)};
  run.log.commits[4].what.kind = verdict_kind::rejected; // as if its delta had not been finite
  const auto text = failure_of(errc::checkpoint, [&] { run.again(); });
  CHECK(text.substr(text.find("commits.jsonl")) ==
        "commits.jsonl:6: shard 0: the replay went another way: applied at version 5 instead of rejected at version 5");
}

TEST_CASE("a commit that was refused is refused again, and its chunk trained again", "[runtime][replay]") {
  recording run{recorded_job("downpour", 1, 1)};
  // Worker 0 was refused once before it trained this chunk again; its optimizer and its dropout had moved on.
  auto& lines = run.log.commits;
  auto refused = lines[4];
  refused.what.kind = verdict_kind::rejected;
  --refused.what.version;
  lines.insert(lines.begin() + 4, refused);
  const auto other = run.again(run.under("adag"), "other");
  CHECK(other.rows.balanced());
  CHECK(other.numbers.rejected == 1);
  const auto log = read_commit_log(run.folder.path("other/commits.jsonl"));
  CHECK(schedule_of(log) == schedule_of(run.log));
  CHECK(log.commits[4].what.kind == verdict_kind::rejected);
  CHECK(same_bits(replay(run.under("adag"), log, run.under("dynsgd"), run.rows, {}).weights,
                  run.again(run.under("dynsgd")).weights));
}

TEST_CASE("commits that were lost, doubled and fenced are replayed as such", "[runtime][replay]") {
  // Worker 0 pulled version 1 and was lost between two shards, worker 1 trained its chunk again; worker 2 let a lease
  // run out, which worker 1 trained, and went on.
  recording run{recorded_job("adag", 3, 2)};
  const auto grid = run.log.grid;
  auto& lines = run.log.commits;
  lines.clear();
  const auto add = [&](std::uint32_t shard, std::uint32_t worker, chunk_id chunk, std::uint64_t base,
                       std::uint64_t version, verdict_kind kind = verdict_kind::applied) {
    lines.push_back(
        {lines.size() + 2, {0.0, shard, worker, chunk, grid.range(chunk), base, version, 0, kind, 1.0, ""}});
  };
  const auto add_both = [&](std::uint32_t worker, chunk_id chunk, std::uint64_t base, std::uint64_t version,
                            verdict_kind kind = verdict_kind::applied) {
    add(0, worker, chunk, base, version, kind);
    add(1, worker, chunk, base, version, kind);
  };
  add_both(1, {0, 0}, 0, 1);
  add(0, 0, {0, 1}, 1, 2);
  add(0, 1, {0, 1}, 1, 2, verdict_kind::duplicate);
  add(1, 1, {0, 1}, 1, 2);
  add_both(1, {0, 2}, 2, 3);
  add_both(2, {0, 2}, 0, 3, verdict_kind::fenced);
  add_both(2, {0, 3}, 3, 4);
  for (std::uint64_t i = 4; i < grid.chunks(); ++i)
    add_both(1, grid.chunk(i), i == 4 ? 3 : i, i + 1);

  const auto algorithm = GENERATE(as<std::string>{}, "dynsgd", "aeasgd");
  std::vector<std::string> notices;
  run_options options;
  options.folder = make_run_folder(run.folder.path("other"), "replay");
  options.notice = [&](const std::string& text) { notices.push_back(text); };
  const auto other = replay(run.what, run.log, run.under(algorithm), run.rows, options);
  CHECK(other.rows.balanced());
  CHECK(other.rows.applied == 270);
  CHECK(other.rows.duplicates == 1);
  CHECK(other.rows.fenced == 2);
  CHECK(notices.size() == (algorithm == "aeasgd" ? 0 : 1));
  const auto log = read_commit_log(options.folder->commits());
  CHECK(schedule_of(log) == schedule_of(run.log));
  const auto again = replay(run.under(algorithm), log, run.under(algorithm), run.rows, {});
  CHECK(same_bits(again.weights, other.weights));
}

TEST_CASE("a resumed run is refused with the line of its second start", "[runtime][replay]") {
  const recording run{recorded_job("adag", 2, 1)};
  const auto state = read_checkpoints(run.folder.path("run/checkpoints"));
  run_options options;
  options.folder = run_folder{run.folder.path("run")};
  options.resume = &state;
  train(run.what, run.rows, options);
  CHECK(
      failure_in(run.folder, errc::checkpoint, [&] { read_commit_log(options.folder->commits()); }) ==
      "run/commits.jsonl:17: the run was resumed here, and its workers started with fresh optimizers; only a run of a "
      "single start can be replayed");
}

TEST_CASE("a replay that diverges ends with the line", "[runtime][replay]") {
  auto which = recorded_job("adag", 1, 1);
  which.trainer.optimizer = {"sgd", {{"learning_rate", 0.1}}};
  const recording run{which};
  auto wild = run.under("downpour");
  wild.trainer.optimizer = {"sgd", {{"learning_rate", 1e30}}};
  CHECK_FALSE(failure_of(errc::diverged, [&] { run.again(wild); }) == "no failure");
}

TEST_CASE("two centers are compared", "[runtime][replay]") {
  const auto of = [](const std::vector<float>& numbers) { return block::copy_of(numbers.data(), numbers.size()); };
  CHECK(compare(of({3, 4}), of({3, 4})).equal);
  const auto apart = compare(of({3, 4}), of({3, 4.5}));
  CHECK_FALSE(apart.equal);
  CHECK(apart.largest == 0.5);
  CHECK(apart.relative == Approx(0.1));
  CHECK_FALSE(compare(of({0.0F}), of({-0.0F})).equal); // bit for bit
  CHECK(failure_of(errc::checkpoint, [&] {
          compare(of({1}), of({1, 2}));
        }) == "a center of 1 weights cannot be one of 2");
}
