// What a sweep is to do: its grid, its runs, its folder.

#include "jobs/comparison/compared_runs.hpp"
#include "jobs/sweep/mean_curve.hpp"
#include "jobs/sweep/sweep_folder.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace dk;
using namespace dk::test;
using words = std::vector<std::string>;

namespace {

// A config that a sweep can be planned of; its data are not read.
struct planned_sweep {
  temporary_folder folder;
  sweep_request request;

  explicit planned_sweep(const std::string& more = "") {
    request.config = folder.write("job.cfg", more + R"(
[data]
train = { format = "csv", path = "points.csv" }
[model]
input = [2]
layers = [ { dense = 2, activation = "softmax" } ]
[trainer]
workers = 2
)");
  }

  sweep_plan with(const words& grid, std::size_t seeds = 1) {
    request.grid = grid;
    request.seeds = seeds;
    return plan_sweep(request);
  }
  std::string refused(errc code, const words& grid, std::size_t seeds = 1) {
    return failure_in(folder, code, [&] { with(grid, seeds); });
  }
};

words values_of(const std::string& values) {
  return parse_grid({"a.b=" + values}).front().values;
}

std::string refused_grid(const words& grid) {
  return failure_of(errc::usage, [&] { parse_grid(grid); });
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a comma parts the values of a grid, but not within a value", "[jobs][sweep]") {
  CHECK(values_of("0.001,0.003") == words{"0.001", "0.003"});
  CHECK(values_of(" 5 , 10 ") == words{"5", "10"});
  CHECK(values_of("[1,2],[3,[4,5]]") == words{"[1,2]", "[3,[4,5]]"});
  CHECK(values_of("{name=\"sgd\",momentum=0.9},adam") == words{"{name=\"sgd\",momentum=0.9}", "adam"});
  CHECK(values_of("\"a,b\",'c,d'") == words{"\"a,b\"", "'c,d'"});
  CHECK(values_of(R"("a\",b",c)") == words{R"("a\",b")", "c"});
  CHECK(values_of("\"\"\"a,b\"\"\",c") == words{"\"\"\"a,b\"\"\"", "c"});
  CHECK(values_of("[\"]\",1],2") == words{"[\"]\",1]", "2"});
  CHECK(values_of("don't,won't") == words{"don't", "won't"});
  CHECK(values_of("a=b") == words{"a=b"});
  CHECK(parse_grid({}).empty());
  CHECK(to_text(parse_grid({" k = 1, 2"}).front()) == "k=1,2");
}

TEST_CASE("a grid that says too little or too much is refused", "[jobs][sweep]") {
  CHECK(says(refused_grid({"trainer.workers"}), "`grid` trainer.workers: expected KEY=VALUE,VALUE"));
  CHECK(says(refused_grid({"=1"}), "the key is empty"));
  CHECK(says(refused_grid({"a="}), "value 1 is empty"));
  CHECK(says(refused_grid({"a=1,,2"}), "value 2 is empty"));
  CHECK(says(refused_grid({"a=1,"}), "value 2 is empty"));
  CHECK(says(refused_grid({"a=1,2,1"}), "the value 1 is given twice"));
  CHECK(says(refused_grid({"a=1", "b=1", "a=2"}), "the key a is given twice"));
  CHECK(says(refused_grid({"a=[1,2"}), "not closed"));
  CHECK(says(refused_grid({"a=\"b,c"}), "a string is not closed; expected another \""));
}

TEST_CASE("the last key of a grid changes first, and each point has all seeds", "[jobs][sweep]") {
  planned_sweep it{"seed = 7"};
  const auto plan = it.with({"trainer.optimizer.learning_rate=0.001,0.003", "trainer.communication_window=5,10"}, 2);
  REQUIRE(plan.runs.size() == 8);
  CHECK(plan.seeds == std::vector<std::uint64_t>{7, 8});
  CHECK(plan.points.at(1) == "learning_rate=0.001, communication_window=10");
  CHECK(plan.runs[2].name == "learning_rate=0.001,communication_window=10,seed=7");
  CHECK(plan.runs[7].label == "learning_rate=0.003, communication_window=10, seed 8");
  CHECK(plan.runs[7].point == 3);
  CHECK(plan.runs[7].settings ==
        words{"trainer.optimizer.learning_rate=0.003", "trainer.communication_window=10", "seed=8"});
  it.request.simulates = true;
  CHECK(it.with({}, 1).runs.at(0).settings == words{"seed=7", "laboratory.seed=7"});
  CHECK(it.with({}, 1).runs.at(0).name == "seed=7");
}

TEST_CASE("a run's folder has a name that no shell quotes, and that no other run has", "[jobs][sweep]") {
  planned_sweep it;
  const auto plan = it.with({"trainer.loss=\"mean_squared_error\",{name=\"binary_crossentropy\",from_logits=true}"});
  CHECK(plan.runs.at(0).name == "loss=mean_squared_error,seed=1");
  CHECK(plan.runs.at(1).name == "loss=_name=binary_crossentropy,from_logits=true_,seed=1");
  const auto long_ones = it.with({"data.cache_folder=/" + std::string(200, 'a') + ",/" + std::string(201, 'a')});
  CHECK(long_ones.runs.at(0).name.size() < 150);
  CHECK(long_ones.runs.at(1).name == long_ones.runs.at(0).name.substr(0, 120) + "-2,seed=1");
}

TEST_CASE("a sweep that cannot work is refused before it starts", "[jobs][sweep]") {
  planned_sweep it;
  const auto unknown = it.refused(errc::config, {"trainer.workers=1,2", "trainer.windows=1,2"});
  CHECK(says(unknown, "--grid trainer.windows=1"));
  CHECK(says(it.refused(errc::config, {"trainer.workers=1,0"}), "--grid trainer.workers=0"));
  CHECK(says(it.refused(errc::usage, {"seed=1,2"}), "a sweep gives each run its seed itself"));
  CHECK(says(it.refused(errc::usage, {"trainer.workers=2,3"}, 5001), "more than 10,000 runs"));
  CHECK(says(it.refused(errc::usage, {"trainer.epochs=1"}, 0), "`seeds` 0"));
  const auto same = it.refused(errc::usage, {"trainer.optimizer.learning_rate=0.1,0.10"});
  CHECK(says(same, "learning_rate=0.10 is the same run as learning_rate=0.1"));
  it.request.settings = {"trainer.workers=3"};
  CHECK(says(it.refused(errc::usage, {"trainer.workers=1,2"}), "--set trainer.workers=3 gives the same key"));
  planned_sweep simulated{"[laboratory]\nseed = 5"};
  simulated.request.simulates = true;
  CHECK(says(simulated.refused(errc::config, {}), "laboratory.seed is 5"));
}

TEST_CASE("a sweep's folder is opened for the same sweep only", "[jobs][sweep]") {
  planned_sweep it;
  const auto wanted = it.folder.path("out");
  const auto open = [&](const words& grid, std::size_t seeds = 2) {
    const auto plan = it.with(grid, seeds);
    return open_sweep(wanted, it.request, plan).path;
  };
  const auto refused = [&](const words& grid, std::size_t seeds = 2) {
    return failure_of(errc::usage, [&] { open(grid, seeds); });
  };
  const words grid{"trainer.epochs=1,2"};
  CHECK(open(grid) == wanted);
  CHECK(open(grid) == wanted);
  CHECK(says(refused({"trainer.epochs=1,3"}), "holds another sweep: its `grid` is trainer.epochs=1,2"));
  CHECK(says(refused(grid, 3), "its seeds are [1,2]"));
  it.request.settings = {"trainer.workers=3"};
  CHECK(says(refused(grid), "its config differs in trainer.workers"));
  it.request.settings.clear();
  it.request.simulates = true;
  CHECK(says(refused(grid), "its runs are not simulated"));
  it.request.simulates = false;
  it.folder.write("out/sweep.json", "{\"sweep\": 1}");
  CHECK(says(failure_of(errc::checkpoint, [&] { open(grid); }), "sweep.json: is damaged"));
  std::filesystem::remove(it.folder.path("out/sweep.json"));
  it.folder.write("out/notes.txt", "mine");
  CHECK(says(refused(grid), "is not empty and holds no sweep"));
}

TEST_CASE("the folder of a sweep stands for its runs in a comparison", "[jobs][sweep][comparison]") {
  const temporary_folder all;
  for (const std::string name : {"sweep/b", "sweep/a", "alone"}) {
    std::filesystem::create_directories(all.path(name));
    all.write(name + "/config.resolved.toml", "seed = 1\n");
  }
  all.write("sweep/sweep.json", "{}");
  const auto runs = compare_runs({all.path("alone"), all.path("sweep")}, true).runs;
  REQUIRE(runs.size() == 3);
  CHECK(runs[1].folders == words{all.path("sweep/a")});
}

TEST_CASE("a run of a sweep is finished, begun, or open", "[jobs][sweep]") {
  const temporary_folder all;
  const auto progress = [&](bool simulates) { return progress_of({all.path("run")}, simulates); };
  CHECK(progress(false) == sweep_progress::open);
  std::filesystem::create_directories(all.path("run/checkpoints/shard-00"));
  CHECK(progress(false) == sweep_progress::open);
  CHECK(progress(true) == sweep_progress::partial);
  all.write("run/checkpoints/shard-00/000000000000.dkc", "x");
  CHECK(progress(false) == sweep_progress::begun);
  all.write("run/result.json", R"({"stopped":true,"stopped_by":"request"})");
  CHECK(progress(false) == sweep_progress::begun);
  CHECK(progress(true) == sweep_progress::partial);
  all.write("run/result.json", R"({"stopped":true,"stopped_by":"rule"})");
  CHECK(progress(false) == sweep_progress::finished);
  all.write("run/result.json", R"({"stopped":false})");
  CHECK(progress(false) == sweep_progress::finished);
}

TEST_CASE("a mean curve has the mean of its runs where all of them have rows", "[jobs][sweep]") {
  const auto run_of = [](const std::vector<std::pair<double, double>>& points) {
    run_series run;
    for (const auto& [rows, loss] : points) {
      run.points.emplace_back();
      run.points.back().rows = rows;
      run.points.back().loss = loss;
    }
    return run;
  };
  auto one = run_of({{10, 4}, {20, 2}, {30, 1}});
  auto two = run_of({{20, 4}, {40, 0}});
  one.test = end_metrics{0.5, 1};
  CHECK(mean_curve({one}).points.size() == 3);
  const auto mean = mean_curve({one, two});
  REQUIRE(mean.points.size() == 2);
  CHECK(mean.points[0].rows == 20);
  CHECK(mean.points[0].loss == 3);
  CHECK(mean.points[1].rows == 30);
  CHECK(mean.points[1].loss == 1.5);
  CHECK_FALSE(mean.test);
  two.test = end_metrics{1, 3};
  CHECK(mean_curve({one, two}).test->loss == 2);
}
