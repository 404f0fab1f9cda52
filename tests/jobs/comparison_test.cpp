#include "jobs/comparison/compared_runs.hpp"

#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace dk;
using namespace dk::test;

namespace {

// Folders of runs, as far as a comparison reads them.
struct some_runs {
  temporary_folder folder;

  std::string add(const std::string& name, const std::string& config, const std::string& result) {
    std::filesystem::create_directories(folder.path(name));
    folder.write(name + "/config.resolved.toml", config);
    if (!result.empty())
      folder.write(name + "/result.json", result);
    return folder.path(name);
  }

  static std::string config(int seed, int window) {
    return "seed = " + std::to_string(seed) +
           "\n[trainer]\nworkers = 2\ncommunication_window = " + std::to_string(window) + "\n";
  }
  static std::string result(double accuracy, double rate) {
    return R"({"test":{"accuracy":)" + std::to_string(accuracy) + R"(,"loss":0.5},"samples_per_second":)" +
           std::to_string(rate) + "}";
  }
};

} // namespace

TEST_CASE("runs are compared by the keys in which they differ", "[jobs][comparison]") {
  some_runs all;
  const auto first = all.add("first", all.config(1, 5), all.result(0.9, 1000));
  const auto second = all.add("second", all.config(1, 12), all.result(0.95, 2000));
  const auto got = compare_runs({first, second});
  CHECK(got.keys == std::vector<std::string>{"trainer.communication_window"});
  CHECK(got.figures == std::vector<std::string>{"test accuracy", "test loss", "rows/s"});
  REQUIRE(got.runs.size() == 2);
  CHECK(got.runs[0].folders == std::vector<std::string>{first});
  CHECK(got.runs[0].keys.at("trainer.communication_window") == "5");
  CHECK(got.runs[1].keys.at("trainer.communication_window") == "12");
  CHECK(got.runs[1].figures.at("test accuracy").mean == Approx(0.95));
  CHECK_FALSE(got.runs[1].figures.at("test accuracy").deviation);
}

TEST_CASE("runs that differ only in their seed are one, with mean and deviation", "[jobs][comparison]") {
  some_runs all;
  const std::vector<std::string> folders{
      all.add("a", all.config(1, 5), all.result(0.90, 1000)), all.add("b", all.config(2, 5), all.result(0.92, 1100)),
      all.add("c", all.config(1, 12), all.result(0.80, 3000)), all.add("d", all.config(3, 5), all.result(0.97, 1200))};
  const auto got = compare_runs(folders);
  REQUIRE(got.runs.size() == 2);
  CHECK(got.runs[0].folders == std::vector<std::string>{folders[0], folders[1], folders[3]});
  const auto& accuracy = got.runs[0].figures.at("test accuracy");
  CHECK(accuracy.runs == 3);
  CHECK(accuracy.mean == Approx(0.93));
  REQUIRE(accuracy.deviation);
  CHECK(*accuracy.deviation == Approx(0.036055513)); // of -0.03, -0.01, 0.04: sqrt(0.0026 / 2)
  const auto text = to_text(got);
  CHECK(text.find(" and 2 more ") != std::string::npos);
  CHECK(text.find("0.93 ± 0.036") != std::string::npos);
  CHECK(text.find("communication_window") != std::string::npos);

  const auto each = compare_runs(folders, true);
  CHECK(each.runs.size() == 4);
  CHECK(each.keys == std::vector<std::string>{"seed", "trainer.communication_window"});
}

TEST_CASE("a table's keys stand for themselves", "[jobs][comparison]") {
  some_runs all;
  const auto with = [](const std::string& rate) {
    return "[trainer]\noptimizer = { name = \"sgd\", learning_rate = " + rate + " }\n";
  };
  const auto got = compare_runs({all.add("a", with("0.1"), ""), all.add("b", with("0.2"), "")});
  CHECK(got.keys == std::vector<std::string>{"trainer.optimizer.learning_rate"});
  CHECK(got.runs[1].keys.at("trainer.optimizer.learning_rate") == "0.2");
  CHECK(got.figures.empty());
  CHECK(got.runs[0].unfinished == 1);
  CHECK(to_text(got).find("(unfinished)") != std::string::npos);
}

TEST_CASE("a key that only some runs have differs", "[jobs][comparison]") {
  some_runs all;
  const auto got = compare_runs({all.add("a", "[trainer]\nalgorithm = \"aeasgd\"\nrho = 2.0\n", ""),
                                 all.add("b", "[trainer]\nalgorithm = \"adag\"\n", "")});
  CHECK(got.keys == std::vector<std::string>{"trainer.algorithm", "trainer.learning_rate", "trainer.rho"});
  CHECK(got.runs[1].keys.count("trainer.rho") == 0);
}

TEST_CASE("one run is a table of one line", "[jobs][comparison]") {
  some_runs all;
  const auto got = compare_runs({all.add("a", all.config(1, 5), all.result(0.9, 1000))});
  CHECK(got.keys.empty());
  CHECK(to_text(got).find("1,000") != std::string::npos);
}

TEST_CASE("what cannot be compared is refused by name", "[jobs][comparison]") {
  some_runs all;
  const auto first = all.add("first", all.config(1, 5), "");
  const auto broken = all.add("broken", all.config(1, 5), "{\"test\":");
  CHECK(failure_in(all.folder, errc::usage, [&] {
          compare_runs({first, first + "/."});
        }) == "first/. is the same folder as first; name each run once");
  CHECK(failure_in(all.folder, errc::checkpoint, [&] {
          compare_runs({first, broken});
        }).find("broken/result.json: is damaged") == 0);
  CHECK(failure_in(all.folder, errc::checkpoint, [&] { compare_runs({all.folder.path("none")}); }) ==
        "none: no such folder; name a run's folder");
}
