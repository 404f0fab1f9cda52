// What dk_driver does, called from a program.
#include "common/log.hpp"
#include "jobs/answers/predict.hpp"
#include "jobs/inputs/prepare.hpp"
#include "jobs/models/export_model.hpp"
#include "jobs/runs/replay_run.hpp"
#include "jobs/runs/run_job.hpp"
#include "jobs/runs/simulate_job.hpp"
#include "jobs/scores/evaluate.hpp"
#include "tests/jobs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

using namespace dk;
using namespace dk::test;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> one_worker{"trainer.workers=1", "trainer.epochs=2"};

// Notes what a person would hear.
job_options listening(std::vector<std::string>& heard) {
  job_options how;
  how.notice = [&](const std::string& text) { heard.push_back(text); };
  return how;
}

} // namespace

TEST_CASE("five lines do the whole of dk_driver CONFIG", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("run");
  const auto report = dk::run(load_job(toy.config), how);
  CHECK(report.test->accuracy().value() > 0.9);

  CHECK(report.folder == toy.path("run"));
  CHECK(report.result.rows.applied == 1800);
  CHECK(report.result.rows.balanced());
  for (const auto* file : {"config.resolved.toml", "pipeline.json", "initial.h5", "model.h5", "history.jsonl",
                           "history.csv", "commits.jsonl", "result.json", "log.txt", "checkpoints"}) {
    INFO(file);
    CHECK(fs::exists(toy.path("run/") + file));
  }
  CHECK(content_of(toy.path("run/log.txt")).find("worker 1 joined") != std::string::npos);
}

TEST_CASE("a program trains the same bits as dk_driver", "[jobs]") {
  const toy_job toy;
  auto settings = one_worker;
  job_options how;
  how.out = toy.path("library");
  dk::run(load_job(toy.config, settings), how);
  const auto got = toy.train({"--set", "trainer.workers=1", "--set", "trainer.epochs=2", "--out", "driver", "-q"});
  REQUIRE(got.status == 0);
  CHECK(content_of(toy.path("library/model.h5")) == content_of(toy.path("driver/model.h5")));
  CHECK(content_of(toy.path("library/config.resolved.toml")) == content_of(toy.path("driver/config.resolved.toml")));
}

TEST_CASE("a program hears of the plan and of the progress of its job", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("run");
  std::size_t planned = 0;
  bool folder_was_there = false;
  std::uint64_t last = 0;
  how.planned = [&](const job& which, std::size_t rows) {
    planned = rows;
    CHECK(which.model.layers.size() == 2);
    folder_was_there = fs::exists(how.out);
  };
  bool is_trained = false;
  bool is_measured = false;
  how.progress = [&](const run_progress& now) {
    last = now.numbers.rows;
    CHECK((now.is_trained || !is_trained));
    is_measured = is_measured || (now.is_trained && !is_trained && !now.numbers.validation.empty());
    is_trained = now.is_trained;
  };
  dk::run(load_job(toy.config, {"data.validation=0.1", "trainer.validation_every=0"}), how);
  CHECK(planned == 540);
  CHECK_FALSE(folder_was_there);
  CHECK(last == 1620);
  CHECK(is_trained);
  CHECK_FALSE(is_measured); // when this was said first
}

TEST_CASE("a dry run checks all and leaves nothing", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("run");
  std::size_t planned = 0;
  how.planned = [&](const job&, std::size_t rows) { planned = rows; };
  dry_run(load_job(toy.config), how);
  CHECK(planned == 600);
  CHECK_FALSE(fs::exists(how.out));
  const auto wrong = load_job(toy.config, {"model.input=[3]"});
  CHECK(failure_of(errc::shape, [&] { dry_run(wrong, how); }).find("the model takes 3 numbers") != std::string::npos);
  CHECK(failure_of(errc::shape, [&] { dk::run(wrong, how); }).find("the model takes 3 numbers") != std::string::npos);
  CHECK_FALSE(fs::exists(how.out));
}

TEST_CASE("a job without data or model is refused before anything is read", "[jobs]") {
  CHECK(failure_of(errc::config, [] { dk::run(job{}); }).find("job run: has no training data") == 0);
  CHECK(failure_of(errc::config, [] { dry_run(job{}); }).find("job run: has no training data") == 0);
}

TEST_CASE("what a program has set is checked as a config is", "[jobs]") {
  const toy_job toy;
  const auto good = load_job(toy.config);
  const auto refused = [&](const std::function<void(job&)>& change) {
    auto wrong = good;
    change(wrong);
    const auto text = failure_of(errc::config, [&] { dk::run(wrong); });
    CHECK(failure_of(errc::config, [&] { dry_run(wrong); }) == text);
    CHECK(failure_of(errc::config, [&] { simulate_job(wrong); }) == text);
    return text;
  };
  CHECK(refused([](job& j) {
          j.trainer.workers = 0;
        }).find("`workers` in [trainer] is 0, expected a whole number from 1 to") != std::string::npos);
  CHECK(refused([](job& j) { j.trainer.batch_size = 0; }).find("`batch_size`") != std::string::npos);
  CHECK(refused([](job& j) { j.trainer.servers = 0; }).find("`servers`") != std::string::npos);
  CHECK(refused([](job& j) { j.trainer.keep = "worst"; }).find("`keep`") != std::string::npos);
  CHECK(refused([](job& j) { j.trainer.stop = {{"secondz", 3}}; }).find("unknown key `secondz`") != std::string::npos);
  CHECK(refused([](job& j) { j.data.validation = -3; }).find("`validation`") != std::string::npos);
  CHECK(refused([](job& j) { j.name = "x/y"; }).find("`name`") != std::string::npos);
}

TEST_CASE("requests that contradict themselves are refused", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("run");
  dk::run(load_job(toy.config), how);
  CHECK(failure_in(toy.folder, errc::usage, [&] { dk::run(load_job(toy.config), how); }) ==
        "run holds a run already; choose another `out`, or go on with `resume` run");
  CHECK(failure_of(errc::usage, [&] { dry_run(load_job(toy.config), how); }).find("holds a run") != std::string::npos);
  CHECK(failure_of(errc::usage, [&] { resume(how.out, {}, how); }).find("in its own folder") != std::string::npos);
  CHECK(failure_of(errc::usage, [&] { dry_run_resume(how.out, {}, how); }).find("in its own folder") !=
        std::string::npos);
  predict_request nobody;
  nobody.model = how.out;
  nobody.data = toy.data;
  CHECK(failure_of(errc::usage, [&] { predict(nobody); }).find("nobody takes the predictions") == 0);
  CHECK(failure_of(errc::usage, [&] { prepare(load_job(toy.config), ""); }).find("no folder is named") == 0);
  predict_request both;
  both.out = toy.path("answers.csv");
  both.raw = both.proba = true;
  CHECK(failure_of(errc::usage, [&] { predict(both); }).find("`raw` and `proba` cannot be combined") == 0);
  const std::atomic<bool> stop{false};
  job_options stoppable;
  stoppable.stop = &stop;
  CHECK(failure_of(errc::usage, [&] {
          replay_run({how.out, "", ""}, stoppable);
        }).find("cannot be stopped") != std::string::npos);
}

TEST_CASE("a dry simulation has nothing to go on with, to measure or to replay", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("dry");
  job dry;
  dry.laboratory.dry = true;
  dry.laboratory.rows = 1000;
  dry.trainer.workers = 4;
  simulate_job(dry, how);
  const std::vector<std::string> more{"trainer.epochs=2"};
  CHECK(failure_of(errc::config, [&] { resume(how.out, more); }).find("has no training data") != std::string::npos);
  CHECK(failure_of(errc::config, [&] { dry_run_resume(how.out, more); }).find("has no training data") !=
        std::string::npos);
  CHECK(failure_of(errc::model, [&] {
          evaluate({how.out, "", toy.data, {}});
        }).find("is a dry run of the laboratory") != std::string::npos);
}

TEST_CASE("a finished run says so, and is trained further", "[jobs]") {
  const toy_job toy;
  std::vector<std::string> heard;
  auto how = listening(heard);
  how.out = toy.path("run");
  const auto first = dk::run(load_job(toy.config, one_worker), how);
  heard.clear();
  CHECK_FALSE(resume(first.folder, {}, listening(heard)));
  REQUIRE(heard.size() == 1);
  CHECK(heard.front().find(first.folder + " is finished: all of its 2 epochs are trained") == 0);
  const auto more = resume(first.folder, {"trainer.epochs=3"});
  REQUIRE(more);
  CHECK(more->result.rows.applied == 1800);
  CHECK(failure_of(errc::config, [&] {
          resume(first.folder, {"trainer.batch_size=20"});
        }).find("trainer.batch_size differs from that of the run") == 0);
}

TEST_CASE("a program stops its job, and goes on with it", "[jobs]") {
  const toy_job toy{600, "epochs = 400\n"};
  std::atomic<bool> stop{false};
  job_options how;
  how.out = toy.path("run");
  how.stop = &stop;
  how.planned = [&](const job&, std::size_t) { stop = true; };
  const auto stopped = dk::run(load_job(toy.config), how);
  CHECK(stopped.result.stopped);
  CHECK(stopped.result.rows.balanced());
  CHECK(stopped.result.rows.applied < 240'000);
  const auto rest = resume(how.out);
  REQUIRE(rest);
  CHECK_FALSE(rest->result.stopped);
  CHECK(rest->result.rows.applied == 240'000);
}

TEST_CASE("a program evaluates, predicts, exports and replays its run", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("run");
  const auto report = dk::run(load_job(toy.config), how);

  const auto found = evaluate({how.out, "", "", {}});
  CHECK(found.found.accuracy() == report.test->accuracy());
  CHECK(found.found.loss() == report.test->loss());
  REQUIRE(found.classes);
  CHECK(found.classes->classes.size() == 2);

  std::string answers;
  predict_request asked;
  asked.model = how.out;
  asked.data = toy.data;
  asked.print = [&](std::string_view text) { answers += text; };
  predict(asked);
  CHECK(answers.find("x,y,label,prediction,output_0,output_1\n") == 0);
  CHECK(std::count(answers.begin(), answers.end(), '\n') == 601);

  export_model(how.out, toy.path("points.keras"));
  CHECK(fs::exists(toy.path("points.keras")));

  const auto replayed = replay_run({how.out, "", ""});
  REQUIRE(replayed.center);
  CHECK(replayed.center->equal);
  CHECK(replayed.replay.folder.empty());
}

TEST_CASE("a program simulates a job", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("one");
  const auto which = load_job(toy.config, {"trainer.workers=5", "laboratory.latency=0.01"});
  const auto first = simulate_job(which, how);
  how.out = toy.path("two");
  const auto second = simulate_job(which, how);
  CHECK(first.result.rows.balanced());
  CHECK(first.result.training_seconds == second.result.training_seconds);
  CHECK(content_of(toy.path("one/commits.jsonl")) == content_of(toy.path("two/commits.jsonl")));
}

TEST_CASE("the log of a program stays silent, and goes into its run's folder", "[jobs]") {
  const toy_job toy;
  job_options how;
  how.out = toy.path("first");
  dk::run(load_job(toy.config), how);
  how.out = toy.path("second");
  const auto before = content_of(toy.path("first/log.txt"));
  dk::run(load_job(toy.config), how);
  CHECK(content_of(toy.path("first/log.txt")) == before);
  const auto second = content_of(toy.path("second/log.txt"));
  CHECK_FALSE(second.empty());
  dk::log()->warn("of the program, after its runs");
  CHECK(content_of(toy.path("second/log.txt")) == second);
}
