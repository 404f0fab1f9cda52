// A recorded run is rebuilt bit for bit by its own actors, and replayed under other algorithms.
#include "tests/runtime/recording.hpp"

using namespace dk;
using namespace dk::test;

TEST_CASE("a replay gives the center of the run, bit for bit", "[runtime][replay]") {
  const auto algorithm = GENERATE(from_range(algorithms_with_server()));
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

TEST_CASE("a run whose commits were compressed is replayed bit for bit", "[runtime][replay][compression]") {
  const auto algorithm = GENERATE(from_range(algorithms_with_server()));
  const auto how = GENERATE(compression{number_form::fp16}, compression{number_form::bf16},
                            compression{number_form::int8}, compression{number_form::top_k, 0.2});
  const auto policy = GENERATE(as<std::string>{}, "accept", "wait", "reject");
  INFO(algorithm << ", form " << static_cast<int>(how.form) << ", " << policy);
  auto which = recorded_job(algorithm, 3, 2);
  if (barrier_of(*find_algorithm(algorithm)) == barrier::none) {
    which.trainer.policy = policy;
    which.trainer.max_staleness = 1;
  }
  which.trainer.compress = how;
  const recording run{which};
  CHECK(same_bits(run.again().weights, run.result.weights));
  CHECK(file_bytes(run.folder.path("run/commits.jsonl")).find("\"compress\"") != std::string::npos);
}

TEST_CASE("a run whose workers waited in line is replayed", "[runtime][replay]") {
  auto which = recorded_job(GENERATE(as<std::string>{}, "adag", "aeasgd"), 20, 2);
  which.trainer.epochs = 10;
  const recording run{which, 500};
  CHECK(same_bits(run.again().weights, run.result.weights));
}

TEST_CASE("rounds are replayed with other keys, and folded anew", "[runtime][replay]") {
  const recording run{recorded_job("easgd", 3, 2)};
  auto softer = run.what;
  softer.trainer.algorithm.keys["rho"] = 0.5;
  const auto other = run.again(softer, "other");
  CHECK_FALSE(same_bits(other.weights, run.result.weights));
  CHECK(other.rows.balanced());
  CHECK(schedule_of(read_commit_log(run.folder.path("other/commits.jsonl"))) == schedule_of(run.log));
}

TEST_CASE("rounds that lost a worker are replayed", "[runtime][replay]") {
  const auto algorithm = GENERATE(from_range(algorithms_in_rounds()));
  INFO(algorithm);
  auto which = recorded_job(algorithm, 4, 2);
  which.laboratory.kills = {{1, 0.05}, {3, 0.11}};
  which.laboratory.batch_seconds = 0.01;
  temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "simulated");
  const auto rows = blobs(90);
  const auto result = simulate(which, rows, options);
  REQUIRE(result.rows.redone > 0);
  const auto log = read_commit_log(options.folder->commits());
  CHECK(same_bits(replay(which, log, which, rows, {}).weights, result.weights));
}

TEST_CASE("a worker that was kept is replayed as it was", "[runtime][replay]") {
  const auto algorithm = GENERATE(from_range(asynchronous_algorithms()));
  const bool was_killed = GENERATE(false, true);
  INFO(algorithm << (was_killed ? ", killed" : ", stopped"));
  resumable run{recorded_job(algorithm, 1, 2)};
  const auto result = run.start_three_times(was_killed);
  const auto log = run.log();
  CHECK(log.restarts[0].keeps_worker);
  CHECK(log.restarts[1].keeps_worker);
  CHECK(same_bits(result.weights, train(run.what, run.rows).weights));
  const auto rebuilt = replay(run.what, log, run.what, run.rows, {});
  CHECK(same_bits(rebuilt.weights, result.weights));
  CHECK(rebuilt.versions == result.versions);
  CHECK(rebuilt.rows.balanced());
}

TEST_CASE("an only worker that starts fresh is replayed so", "[runtime][replay]") {
  resumable run{recorded_job("adag", 1, 2)};
  run.start_until(120);
  auto state = run.checkpoints();
  REQUIRE(state.workers.size() == 1);
  state.workers.clear(); // as when the checkpoint that has it is damaged
  const auto result = run.start_from(state);
  const auto log = run.log();
  REQUIRE(log.restarts.size() == 1);
  CHECK_FALSE(log.restarts[0].keeps_worker);
  const auto rebuilt = replay(run.what, log, run.what, run.rows, {});
  CHECK(same_bits(rebuilt.weights, result.weights));
  CHECK_FALSE(same_bits(result.weights, train(run.what, run.rows).weights)); // adam begins anew: it shows
}

TEST_CASE("a resumed run is replayed, start after start", "[runtime][replay]") {
  const auto algorithm = GENERATE(from_range(algorithms_with_server()));
  const bool was_killed = GENERATE(false, true);
  INFO(algorithm << (was_killed ? ", killed" : ", stopped"));
  resumable run{recorded_job(algorithm, 3, 2)};
  const auto result = run.start_three_times(was_killed);
  const auto log = run.log();
  run_options options;
  options.folder = make_run_folder(run.folder.path("again"), "replay");
  const auto rebuilt = replay(run.what, log, run.what, run.rows, options);
  CHECK(same_bits(rebuilt.weights, result.weights));
  CHECK(rebuilt.versions == result.versions);
  CHECK(rebuilt.rows.balanced());
  CHECK(rebuilt.rows.applied == 270);
  CHECK(rebuilt.numbers.updates == log.commits.size() / 2);
  const auto again = read_commit_log(options.folder->commits());
  CHECK(schedule_of(again) == schedule_of(log));
  CHECK(again.restarts.size() == 2);
  CHECK(again.restarts[1].shards[1].folded == log.restarts[1].shards[1].folded);
}

TEST_CASE("a run under a policy is replayed", "[runtime][replay]") {
  const auto policy = GENERATE(from_range(policy_names()));
  const auto algorithm = GENERATE(from_range(asynchronous_algorithms()));
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
  const recording run{recorded_job("adag", 3, 2), 90, run_in::virtual_time};
  REQUIRE(run.result.numbers.staleness.rbegin()->first >= 2); // each misses the two others, or more at a short chunk
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

namespace {

// Each asynchronous algorithm as the next one, the last as the first.
std::vector<std::pair<std::string, std::string>> changes_of_algorithm() {
  const auto names = asynchronous_algorithms();
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t i = 0; i < names.size(); ++i)
    all.emplace_back(names[i], names[(i + 1) % names.size()]);
  return all;
}

} // namespace

TEST_CASE("under another algorithm the schedule stays and the center does not", "[runtime][replay]") {
  const auto [from, to] = GENERATE(from_range(changes_of_algorithm()));
  INFO(from << " as " << to);
  const recording run{recorded_job(from, 3, 2), 90, run_in::virtual_time};
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
