#include "runtime/record/recorder.hpp"

#include "runtime/record/run_folder.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

using namespace dk;
using namespace dk::test;

namespace {

commit_record record_of(verdict_kind kind, std::uint32_t shard = 0, std::uint64_t staleness = 0) {
  return {0.25, shard, 1, {2, 7}, {70, 80}, 12, 13 + staleness, staleness, kind, 0.5, ""};
}

chunk_report report_of(std::uint32_t worker, std::uint64_t rows, double loss_sum) {
  chunk_report made;
  made.lease = 1;
  made.chunk = {2, 7};
  made.worker = worker;
  made.rows = rows;
  made.batches = 2;
  made.loss_sum = loss_sum;
  made.correct = rows / 2;
  made.decisions = rows;
  made.computing_seconds = 0.5;
  made.waiting_seconds = 0.25;
  return made;
}

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

} // namespace

TEST_CASE_METHOD(actor_fixture, "a recorder writes a line per commit and per chunk", "[runtime][recorder]") {
  const temporary_folder folder;
  const auto listener = make_probe();
  const recorder_setup setup{folder.path("history"), folder.path("commits"), R"({"log":"dk-commits"})",
                             listener.actor(), folder.path("validation")};
  const auto keeper = spawn(recorder, setup);
  me.send(keeper, record_of(verdict_kind::applied));
  auto refused = record_of(verdict_kind::rejected, 1);
  refused.reason = "a \"NaN\"";
  me.send(keeper, refused);
  me.send(keeper, report_of(3, 10, 5));
  me.send(keeper, run_event{run_event::kind::worker_joined, 3, errc::internal, "", ""});
  ask<run_statistics>(keeper, tally_atom_v);
  const auto commits = lines_of(setup.commits);
  REQUIRE(commits.size() == 3);
  CHECK(commits[0] == nlohmann::json::parse(R"({"log":"dk-commits"})"));
  CHECK(commits[1] == nlohmann::json::parse(R"({"t":0.25,"shard":0,"worker":1,"epoch":2,"chunk":7,"rows":[70,80],
                                                "base":12,"version":13,"staleness":0,"verdict":"applied","scale":0.5})"));
  CHECK(commits[2].at("verdict") == "rejected");
  CHECK(commits[2].at("reason") == "a \"NaN\"");
  auto measured = record_of(verdict_kind::applied);
  measured.lengths = {true, true, 4, 9, 16, -4};
  measured.rate = 0.1;
  me.send(keeper, measured);
  ask<run_statistics>(keeper, tally_atom_v);
  const auto line = lines_of(setup.commits).back();
  CHECK(line.at("norm") == 2);
  CHECK(line.at("distance") == 3);
  CHECK(line.at("cosine") == -0.5);
  CHECK(line.at("rate") == 0.1);
  const auto history = lines_of(setup.history);
  REQUIRE(history.size() == 1);
  CHECK(history[0] == nlohmann::json::parse(R"({"t":0,"worker":3,"epoch":2,"chunk":7,"rows":10,"batches":2,
                                                "loss":0.5,"accuracy":0.5,"seconds":0.5,"waiting":0.25,"staleness":0})"));
  CHECK(listener.take<run_event>().worker == 3);
  validation_report worth;
  worth.trained = 10;
  worth.epoch = 0.5;
  worth.versions = {4, 5};
  worth.rows = 4;
  worth.loss_sum = 2;
  worth.correct = 3;
  worth.decisions = 4;
  me.send(keeper, worth);
  CHECK(ask<run_statistics>(keeper, tally_atom_v).validation.size() == 1);
  CHECK(listener.take<validation_report>().trained == worth.trained);
  CHECK(lines_of(setup.validation).at(0) ==
        nlohmann::json::parse(R"({"t":0,"epoch":0.5,"trained":10,"versions":[4,5],"rows":4,"loss":0.5,"accuracy":0.75,
                                  "seconds":0,"best":false})"));
}

TEST_CASE_METHOD(actor_fixture, "a recorder appends to what is there", "[runtime][recorder]") {
  const temporary_folder folder;
  recorder_setup setup;
  setup.commits = folder.write("commits", "{\"first\":1}\n");
  const auto keeper = spawn(recorder, setup);
  me.send(keeper, record_of(verdict_kind::applied));
  ask<run_statistics>(keeper, tally_atom_v);
  CHECK(lines_of(setup.commits).size() == 2);
}

TEST_CASE_METHOD(actor_fixture, "a recorder does not write behind half a line", "[runtime][recorder]") {
  const temporary_folder folder;
  for (const std::string whole : {"", "{\"first\":1}\n", "{\"first\":1}\n{\"second\":2}\n"}) {
    recorder_setup setup;
    setup.commits = folder.write("commits", whole + "{\"t\":0.1,\"sha"); // its process was killed here
    const auto keeper = spawn(recorder, setup);
    me.send(keeper, record_of(verdict_kind::applied));
    ask<run_statistics>(keeper, tally_atom_v);
    const auto commits = lines_of(setup.commits); // every line is whole
    CHECK(commits.size() == static_cast<std::size_t>(std::count(whole.begin(), whole.end(), '\n')) + 1);
    CHECK(commits.back().at("verdict") == "applied");
  }
}

TEST_CASE_METHOD(actor_fixture, "a recorder that cannot write ends with the reason", "[runtime][recorder]") {
  const temporary_folder folder;
  recorder_setup setup;
  setup.history = folder.path("no_such_folder/history");
  const auto keeper = spawn(recorder, setup);
  run();
  REQUIRE(end_of(keeper));
  CHECK(to_failure(*end_of(keeper)).code() == errc::resources);
}

TEST_CASE("statistics count verdicts, staleness and workers", "[runtime][statistics]") {
  run_statistics numbers;
  CHECK(std::isnan(numbers.recent_loss()));
  CHECK(numbers.mean_staleness() == 0);
  numbers.add(record_of(verdict_kind::applied, 0, 1));
  numbers.add(record_of(verdict_kind::applied, 1, 4)); // an update is counted once, by its first shard
  numbers.add(record_of(verdict_kind::duplicate));
  numbers.add(record_of(verdict_kind::fenced));
  numbers.add(record_of(verdict_kind::rejected));
  CHECK(numbers.updates == 1);
  CHECK(numbers.duplicates == 1);
  CHECK(numbers.fenced == 1);
  CHECK(numbers.rejected == 1);
  CHECK(numbers.mean_staleness() == 2.5);
  numbers.add(report_of(0, 10, 30));
  numbers.add(report_of(1, 30, 10));
  CHECK(numbers.rows == 40);
  CHECK(numbers.recent_loss() == 1); // by rows, not by chunks
  CHECK(numbers.recent_accuracy() == 0.5);
  CHECK(numbers.workers.at(1).rows == 30);
  for (const auto what : {run_event::kind::worker_joined, run_event::kind::worker_joined, run_event::kind::worker_lost,
                          run_event::kind::worker_left, run_event::kind::worker_left})
    numbers.add(run_event{what, 0, errc::internal, "", ""});
  CHECK(numbers.workers_alive == 0);
  CHECK(numbers.workers_lost == 1);
}

TEST_CASE("statistics say of each worker how its commits lay to the center", "[runtime][statistics]") {
  run_statistics numbers;
  const auto add = [&](std::uint32_t worker, std::uint32_t shard, const commit_lengths& lengths) {
    auto record = record_of(verdict_kind::applied, shard, worker);
    record.worker = worker;
    record.lengths = lengths;
    numbers.add(record);
  };
  add(1, 0, {true, true, 9, 16, 0, 0}); // before the center moved
  add(1, 0, {true, true, 16, 0, 4, 4});
  add(1, 1, {true, true, 25, 34, 1, -1}); // the other shard's part of it
  add(1, 0, {});
  add(2, 0, {true, false, 4, 0, 9, -6});
  const auto& one = numbers.workers.at(1).commits;
  CHECK(one.commits() == 4);
  CHECK(one.measured() == 2);
  CHECK(one.mean_staleness() == 1);
  CHECK(one.mean_scale() == 0.5);
  CHECK(one.update_norm().value() == 5); // of 9 and 16 + 25
  CHECK(one.distance().value() == 5);
  CHECK(one.cosine().value() == Approx(3 / std::sqrt(41.0 * 5)));
  const auto& other = numbers.workers.at(2).commits;
  CHECK(other.max_staleness() == 2);
  CHECK_FALSE(other.distance());
  CHECK(other.cosine().value() == Approx(-1)); // it only heats
  CHECK_FALSE(commit_statistics{}.update_norm());
  CHECK_FALSE(commit_statistics{}.cosine());
}

TEST_CASE("statistics keep each epoch's loss and accuracy, of all and of each worker", "[runtime][statistics]") {
  run_statistics numbers;
  numbers.add(report_of(0, 10, 30));
  numbers.add(report_of(1, 30, 10));
  auto later = report_of(1, 20, 2);
  later.chunk.epoch = 3;
  numbers.add(later);
  REQUIRE(numbers.epochs.size() == 2);
  const auto& epoch = numbers.epochs.at(2);
  CHECK(epoch.all.rows == 40);
  CHECK(epoch.all.loss() == 1);
  CHECK(epoch.workers.at(0).loss() == 3);
  CHECK(epoch.workers.at(1).rows == 30);
  CHECK(numbers.epochs.at(3).all.loss() == 0.1);
  numbers.add(report_of(1, 10, 50)); // more of the first
  CHECK(epoch.all.rows == 50);
  CHECK(epoch.workers.at(1).rows == 40);
  CHECK(epoch.workers.at(1).loss() == 1.5);
  CHECK(epoch.workers.at(1).correct == 20);
}

TEST_CASE("recent means the newest hundred chunks", "[runtime][statistics]") {
  run_statistics numbers;
  numbers.add(report_of(0, 10, 1e6));
  for (int i = 0; i < 100; ++i)
    numbers.add(report_of(0, 10, 20));
  CHECK(numbers.recent_loss() == 2);
  CHECK(numbers.chunks == 101);
}

TEST_CASE("a run's folder is made once and never written over", "[runtime][run_folder]") {
  const temporary_folder folder;
  const auto path = folder.path("run");
  CHECK(failure_in(folder, errc::checkpoint, [&] { open_run_folder(path); }) ==
        "run: no such folder; name a run's folder");
  auto made = make_run_folder(path, "x");
  CHECK(std::filesystem::is_directory(made.checkpoints()));
  CHECK(failure_in(folder, errc::checkpoint, [&] { open_run_folder(path); }) ==
        "run is not a run's folder: it has no config.resolved.toml; name one that has");
  write_text(made.config(), "seed = 1\n");
  CHECK(open_run_folder(path).path == path);
  CHECK_THAT(failure_in(folder, errc::checkpoint, [&] { make_run_folder(path, "x"); }),
             Catch::StartsWith("run is being trained by process"));
  made.owner.reset();
  {
    auto again = make_run_folder(path, "x"); // it was killed before its first checkpoint: nothing to go on from
    CHECK_FALSE(std::filesystem::exists(again.config()));
    write_text(again.config(), "seed = 1\n");
    std::filesystem::create_directory(again.checkpoints() + "/shard-00");
    write_text(again.checkpoints() + "/shard-00/000000000000.dkc", "a checkpoint");
  }
  CHECK_THAT(failure_in(folder, errc::usage, [&] { make_run_folder(path, "x"); }),
             Catch::StartsWith("run holds a run already; choose another `out`"));
  CHECK(failure_in(folder, errc::resources, [&] { make_run_folder(made.config() + "/in", "x"); }) != "no failure");
  CHECK(failure_in(folder, errc::resources, [&] { write_text(folder.path("none/x"), ""); }) != "no failure");
}
