// dk_driver sweep from outside.

#include "tests/apps/refusal.hpp"

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

using words = std::vector<std::string>;

const words small_grid{"--grid", "trainer.optimizer.learning_rate=0.01,0.03", "--grid",
                       "trainer.communication_window=5,10"};

words sweep_command(words more) {
  more.insert(more.begin(), {DK_DRIVER, "sweep", "points.cfg", "--out", "sweep"});
  return more;
}

words with_grid(words more) {
  more.insert(more.begin(), small_grid.begin(), small_grid.end());
  return more;
}

outcome sweep(const toy_job& job, const words& more) {
  return run(sweep_command(more), {{}, job.path("")}, seconds{120});
}

std::ptrdiff_t count_in(const std::string& text, const std::string& part) {
  const auto lines = lines_of(text);
  return std::count_if(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

bool is_said(const std::string& text, const std::string& part) {
  INFO(text);
  INFO("expected in it: " << part);
  return text.find(part) != std::string::npos;
}

// The folders of runs in that of the sweep.
words run_names(const toy_job& job) {
  words names;
  for (const auto& entry : fs::directory_iterator{job.path("sweep")})
    if (entry.is_directory())
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

TEST_CASE("a sweep runs each point with each seed, and a second one nothing", "[apps][sweep]") {
  const toy_job job{600, "epochs = 1\n"};
  const auto got = sweep(job, with_grid({"--seeds", "2", "--jobs", "2"}));
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(run_names(job).size() == 8);
  CHECK(run_names(job).front() == "learning_rate=0.01,communication_window=10,seed=1");
  CHECK(count_in(got.err, " begins") == 8);
  CHECK(count_in(got.err, "8 of 8: learning_rate=0.03, communication_window=10, seed 2: accuracy 0.") == 1);
  const auto table = lines_of(got.out);
  REQUIRE(table.size() == 7); // a head, four points, what the lines are, where it is
  CHECK(is_said(table[0], "communication_window  learning_rate  "));
  CHECK(is_said(table[1], "sweep/learning_rate=0.01,communication_window=5,seed=1 and 1 more"));
  CHECK(is_said(table[6], "results in sweep"));
  const auto single = json::parse(content_of(job.path("sweep/" + run_names(job).front() + "/result.json")));
  CHECK(single.at("rows").at("balanced") == true);

  const auto again = sweep(job, with_grid({"--seeds", "2", "--json"}));
  CHECK(again.status == 0);
  CHECK(is_said(again.err, "8 of 8 runs finished already"));
  CHECK(count_in(again.err, " begins") == 0);
  const auto compared = json::parse(again.out);
  CHECK(compared.at("keys") == json({"trainer.communication_window", "trainer.optimizer.learning_rate"}));
  REQUIRE(compared.at("runs").size() == 4);
  CHECK(compared.at("runs").at(0).at("figures").at("test accuracy").at("runs") == 2);

  check_refused(sweep(job, with_grid({"--seeds", "3"})), 2, "E_USAGE",
                {"sweep holds another sweep", "its seeds are [1,2]", "choose another --out"});
  check_refused(sweep(job, {"--grid", "trainer.epochs=1,2"}), 2, "E_USAGE",
                {"its --grid is trainer.optimizer.learning_rate=0.01,0.03 trainer.communication_window=5,10"});
}

TEST_CASE("a sweep draws a curve for each point, where there is gnuplot", "[apps][sweep]") {
  const toy_job job{600, "epochs = 1\n"};
  const auto got = sweep(job, {"--grid", "trainer.communication_window=5,10", "--seeds", "2", "-q"});
  CHECK(got.status == 0);
  CHECK(got.err.empty());
  if (!fs::exists("/usr/bin/gnuplot")) {
    WARN("skipped: no gnuplot");
    return;
  }
  CHECK(is_said(got.out, "curves in sweep/sweep.svg"));
  const auto picture = content_of(job.path("sweep/sweep.svg"));
  CHECK(is_said(picture, "communication_window=10, mean of 2 runs (adag"));
  CHECK(is_said(picture, "training loss"));
  fs::create_directory(job.path("bin"));
  const auto without = run(sweep_command({"--grid", "trainer.communication_window=5,10", "--seeds", "2"}),
                           {{{"PATH", job.path("bin")}}, job.path("")});
  CHECK(without.status == 0);
  CHECK(is_said(without.err, "no picture: gnuplot is not installed"));
  CHECK(is_said(without.out, "results in sweep\n"));
}

TEST_CASE("a run that fails is told of, and the others go on", "[apps][sweep]") {
  const toy_job job{600, "epochs = 1\n"};
  const words grid{"--grid", "data.train.path=points.csv,missing.csv,points.csv/", "--jobs", "2"};
  const auto got = sweep(job, grid);
  INFO(got.err);
  CHECK(got.status == 3); // that of the first that failed
  CHECK(is_said(got.err, "2 of 3: path=missing.csv, seed 1 failed in sweep/path=missing.csv,seed=1: E_DATA "));
  CHECK(count_in(got.err, " failed in ") == 2);
  CHECK(is_said(got.err, "2 runs failed; to try again: dk_driver sweep points.cfg --grid "));
  CHECK(is_said(got.out, "sweep/path=points.csv,seed=1"));
  fs::copy_file(job.data, job.path("missing.csv"));
  const auto again = sweep(job, grid);
  CHECK(is_said(again.err, "1 of 3 runs finished already"));
  CHECK(count_in(again.err, " failed in ") == 1);
}

TEST_CASE("an interrupted sweep stops its runs in order, and goes on", "[apps][sweep]") {
  const auto job = long_job(12);
  const words grid{"--grid", "trainer.optimizer.learning_rate=0.01,0.02,0.03", "--jobs", "2"};
  process driver{sweep_command(grid), {{}, job.path("")}};
  const auto run_of = [&](const std::string& rate) { return job.path("sweep/learning_rate=" + rate + ",seed=1/"); };
  REQUIRE(eventually(seconds{60}, [&] {
    return !content_of(run_of("0.01") + "history.jsonl").empty() &&
           !content_of(run_of("0.02") + "history.jsonl").empty();
  }));
  const auto busy = run(sweep_command(grid), {{}, job.path("")});
  check_refused(busy, 4, "E_CKPT", {"sweep is being trained by process " + std::to_string(driver.pid())});
  driver.send(SIGINT);
  const auto status = driver.wait();
  INFO(driver.err());
  CHECK(status == 130);
  CHECK(count_in(driver.err(), " stopped") == 2);
  CHECK(lines_of(driver.err()).back() == "stopped in order; go on with: dk_driver sweep points.cfg --grid "
                                         "trainer.optimizer.learning_rate=0.01,0.02,0.03 --jobs 2 --out sweep");
  CHECK(driver.out().empty());
  CHECK(json::parse(content_of(run_of("0.01") + "result.json")).at("stopped_by") == "request");
  CHECK_FALSE(fs::exists(run_of("0.03")));

  const auto rest = sweep(job, grid);
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(count_in(rest.err, " goes on") == 2);
  CHECK(count_in(rest.err, " begins") == 1);
  for (const auto* rate : {"0.01", "0.02", "0.03"})
    CHECK(json::parse(content_of(run_of(rate) + "result.json")).at("rows").at("applied") == 48'000);
}

TEST_CASE("a run that a stop rule has ended is finished", "[apps][sweep]") {
  const toy_job job{600, "epochs = 3\nstop = { rows = 600 }\n"};
  CHECK(sweep(job, {}).status == 0);
  const auto result = json::parse(content_of(job.path("sweep/seed=1/result.json")));
  CHECK(result.at("stopped") == true);
  CHECK(result.at("stopped_by") == "rule");
  CHECK(is_said(sweep(job, {}).err, "1 of 1 run finished already"));
}

TEST_CASE("a sweep that is killed leaves no run behind that nobody watches", "[apps][sweep]") {
  const auto job = long_job(200);
  process driver{sweep_command({}), {{}, job.path("")}};
  REQUIRE(eventually(seconds{60}, [&] { return !content_of(job.path("sweep/seed=1/history.jsonl")).empty(); }));
  const auto children = children_of(driver.pid());
  REQUIRE(children.size() == 1);
  driver.send(SIGKILL);
  CHECK(driver.wait() == 128 + SIGKILL);
  CHECK(eventually(seconds{30}, [&] { return is_gone(children.front()); }));
  CHECK(json::parse(content_of(job.path("sweep/seed=1/result.json"))).at("stopped_by") == "request");
}

TEST_CASE("a simulated sweep gives what simulate gives", "[apps][sweep][simulate]") {
  const toy_job job{600, "epochs = 1\n[laboratory]\ncomputing = \"log_normal\"\n"};
  const words grid{"--simulate", "--grid", "trainer.workers=2,4", "--seeds", "2"};
  const auto got = sweep(job, grid);
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(is_said(got.out, "sweep/workers=4,seed=1 and 1 more"));
  const auto alone = run({DK_DRIVER, "simulate", "points.cfg", "--set", "trainer.workers=4", "--set", "seed=2", "--set",
                          "laboratory.seed=2", "--out", "alone", "-q"},
                         {{}, job.path("")});
  CHECK(alone.status == 0);
  CHECK(content_of(job.path("alone/commits.jsonl")) == content_of(job.path("sweep/workers=4,seed=2/commits.jsonl")));

  // One that was stopped is simulated again.
  job.folder.write("sweep/workers=4,seed=2/result.json", R"({"stopped":true,"stopped_by":"request"})");
  const auto again = sweep(job, grid);
  CHECK(again.status == 0);
  CHECK(count_in(again.err, " begins") == 1);
  CHECK(content_of(job.path("alone/commits.jsonl")) == content_of(job.path("sweep/workers=4,seed=2/commits.jsonl")));
}

TEST_CASE("a sweep that makes no sense is refused before it starts", "[apps][sweep]") {
  const toy_job job;
  const auto refused = [&](const words& more, const std::string& code, const words& parts) {
    check_refused(sweep(job, more), 2, code, parts);
    CHECK_FALSE(fs::exists(job.path("sweep")));
  };
  refused({"--grid", "trainer.windows=1,2"}, "E_CONFIG", {"--grid trainer.windows=1", "unknown key"});
  refused({"--grid", "trainer.workers=2,0"}, "E_CONFIG", {"--grid trainer.workers=0"});
  refused({"--grid", "trainer.workers=1,,2"}, "E_USAGE", {"--grid trainer.workers=1,,2", "value 2 is empty"});
  refused({"--grid", "trainer.workers=2,2"}, "E_USAGE", {"the value 2 is given twice"});
  refused({"--grid", "trainer.workers=2", "--grid", "trainer.workers=3"}, "E_USAGE",
          {"trainer.workers is given twice"});
  refused({"--grid", "trainer.workers"}, "E_USAGE", {"expected KEY=VALUE,VALUE"});
  refused({"--grid", "seed=1,2"}, "E_USAGE", {"choose how many with --seeds"});
  refused({"--jobs", "0"}, "E_USAGE", {"--jobs 0", "from 1 to 1,000"});
  refused({"--seeds", "0"}, "E_USAGE", {"--seeds 0", "from 1 to 10,000"});
  refused({"--seeds", "5001", "--grid", "trainer.workers=1,2"}, "E_USAGE", {"--grid and --seeds", "10,000 runs"});
  check_refused(run({DK_DRIVER, "sweep"}, {{}, job.path("")}), 2, "E_USAGE", {"CONFIG is missing"});
  job.folder.write("mine.txt", "mine");
  check_refused(run({DK_DRIVER, "sweep", "points.cfg", "--out", "."}, {{}, job.path("")}), 2, "E_USAGE",
                {". is not empty and holds no sweep", "--out"});
}
