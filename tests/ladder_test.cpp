// The one-way ladder, read off the includes: a folder includes only from rungs below its own, data and nn do not know
// each other, and CAF starts at actors. So do the rooms of a folder among each other.
#include "tests/sources.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using dk::test::sources;

namespace {

const std::map<std::string, int> rungs{{"common", 0},     {"data", 1},     {"nn", 1},         {"actors", 2},
                                       {"algorithms", 3}, {"runtime", 4},  {"jobs", 5},       {"service", 6},
                                       {"apps", 7},       {"examples", 7}, {"benchmarks", 7}, {"tests", 8}};

const std::map<std::string, int> rooms{
    {"actors/protocol", 0}, {"actors/server", 1},    {"actors/ledger", 1},      {"actors/worker", 1},
    {"actors/rows", 1},     {"actors/validator", 1}, {"runtime/config", 0},     {"runtime/transport", 0},
    {"runtime/enlist", 1},  {"runtime/record", 2},   {"runtime/rows", 2},       {"runtime/node", 2},
    {"runtime/run", 3},     {"runtime/replay", 4},   {"runtime/laboratory", 4}, {"jobs/inputs", 0},
    {"jobs/models", 1},     {"jobs/answers", 2},     {"jobs/scores", 2},        {"jobs/plots", 2},
    {"jobs/runs", 3},       {"jobs/comparison", 4},  {"jobs/sweep", 5},         {"service/http", 0},
    {"service/store", 0},   {"service/attend", 0},   {"service/queue", 1}};

std::string room_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// Why a file of this room must not include one of another room of its folder; "" when it may, or there are no rooms.
std::string objection_to_room(const std::string& from, const std::string& to) {
  const auto here = rooms.find(from);
  const auto there = rooms.find(to);
  if (from == to || here == rooms.end() || there == rooms.end() || there->second < here->second)
    return "";
  return there->second == here->second ? "is a neighbour's" : "is a step up";
}

std::string first_folder(const std::string& path) {
  return path.substr(0, path.find('/'));
}

// Why this file must not include this; "" when it may.
std::string objection(const std::string& path, const std::string& included, bool quoted) {
  const auto folder = first_folder(path);
  const auto from = rungs.at(folder);
  if (included.rfind("caf/", 0) == 0 && from < rungs.at("actors"))
    return "knows CAF, which starts at actors";
  if (!quoted || included.find('/') == std::string::npos)
    return "";
  const auto to = rungs.find(first_folder(included));
  if (to == rungs.end())
    return "is not named from the root";
  if (to->first == folder)
    return objection_to_room(room_of(path), room_of(included));
  if (to->second < from)
    return "";
  return to->second == from ? "is a neighbour's" : "is a step up";
}

// Every include of a file that it must not have. `path` is relative to the root.
std::vector<std::string> faults_of(const std::string& path, const std::string& text) {
  static const std::regex pattern{R"re(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"])re"};
  std::vector<std::string> faults;
  std::istringstream lines{text};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch found;
    if (!std::regex_search(line, found, pattern))
      continue;
    const auto why = objection(path, found[2], found[1] == "\"");
    if (!why.empty())
      faults.push_back(path + ":" + std::to_string(number) + ": " + found[2].str() + " " + why);
  }
  return faults;
}

} // namespace

TEST_CASE("every include of the tree goes down the ladder", "[ladder]") {
  for (const auto& [path, text] : sources())
    for (const auto& fault : faults_of(path, text))
      FAIL_CHECK(fault);
}

TEST_CASE("actors, runtime, jobs and service have rooms, and every file is in one", "[ladder]") {
  for (const auto& [path, text] : sources())
    if (const auto folder = first_folder(path);
        folder == "actors" || folder == "runtime" || folder == "jobs" || folder == "service") {
      INFO(path);
      CHECK(rooms.count(room_of(path)) == 1);
    }
}

TEST_CASE("a step up the ladder is found", "[ladder]") {
  const auto only = [](const std::string& path, const std::string& text) {
    const auto faults = faults_of(path, text);
    return faults.size() == 1 ? faults.front() : "faults: " + std::to_string(faults.size());
  };
  CHECK(only("data/a.cpp", "#include \"data/a.hpp\"\n#include \"nn/model/model.hpp\"\n") ==
        "data/a.cpp:2: nn/model/model.hpp is a neighbour's");
  CHECK(only("nn/layers/a.cpp", "#include \"data/table.hpp\"") == "nn/layers/a.cpp:1: data/table.hpp is a neighbour's");
  CHECK(only("data/a.hpp", "#include \"actors/protocol/chunk.hpp\"") ==
        "data/a.hpp:1: actors/protocol/chunk.hpp is a step up");
  CHECK(only("nn/a.cpp", "#include <caf/all.hpp>") == "nn/a.cpp:1: caf/all.hpp knows CAF, which starts at actors");
  CHECK(only("common/a.cpp", "  #  include \"caf/actor.hpp\"") ==
        "common/a.cpp:1: caf/actor.hpp knows CAF, which starts at actors");
  CHECK(only("actors/a.cpp", "#include \"algorithms/adag.hpp\"") == "actors/a.cpp:1: algorithms/adag.hpp is a step up");
  CHECK(only("algorithms/a.cpp", "#include \"runtime/config/job.hpp\"") ==
        "algorithms/a.cpp:1: runtime/config/job.hpp is a step up");
  CHECK(only("runtime/a.cpp", "#include \"jobs/server.hpp\"") == "runtime/a.cpp:1: jobs/server.hpp is a step up");
  CHECK(only("jobs/a.cpp", "#include \"apps/options.hpp\"") == "jobs/a.cpp:1: apps/options.hpp is a step up");
  CHECK(only("apps/a.cpp", "#include \"tests/support.hpp\"") == "apps/a.cpp:1: tests/support.hpp is a step up");
  CHECK(only("examples/a.cpp", "#include \"apps/a.hpp\"") == "examples/a.cpp:1: apps/a.hpp is a neighbour's");
  CHECK(only("runtime/config/a.cpp", "#include \"runtime/run/venue.hpp\"") ==
        "runtime/config/a.cpp:1: runtime/run/venue.hpp is a step up");
  CHECK(only("actors/server/a.cpp", "#include \"actors/ledger/ledger.hpp\"") ==
        "actors/server/a.cpp:1: actors/ledger/ledger.hpp is a neighbour's");
  CHECK(only("runtime/a.cpp", "#include \"../actors/worker.hpp\"") ==
        "runtime/a.cpp:1: ../actors/worker.hpp is not named from the root");
}

TEST_CASE("what goes down the ladder is let through", "[ladder]") {
  CHECK(faults_of("tests/a.cpp", "#include \"apps/a.hpp\"\n#include \"tests/support.hpp\"\n#include <caf/all.hpp>")
            .empty());
  CHECK(faults_of("runtime/a.cpp",
                  "#include \"runtime/node/a.hpp\"\n#include \"nn/model/model.hpp\"\n#include <caf/all.hpp>")
            .empty());
  CHECK(
      faults_of("data/a.cpp", "#include \"common/error.hpp\"\n#include <vector>\n// #include \"nn/model/model.hpp\"\n")
          .empty());
}
