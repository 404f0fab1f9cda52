// Words that were given up, because they had a second meaning, do not come back (docs/architecture.md has the
// glossary).
#include "tests/sources.hpp"

#include <catch2/catch.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using dk::test::sources;

namespace {

struct given_up {
  const char* word;       ///< a regular expression
  const char* now;        ///< what is said instead
  const char* where = ""; ///< in files whose path begins so
};

const std::vector<given_up> words{
    {R"(\b(run|shard)_epoch\b)", "session: an epoch is a pass over the rows"},
    {R"(\bledger_losses\b|numbers\.losses\b)", "workers_lost: a loss is what the training minimises"},
    {R"(laboratory\.loss\b)", "drop_rate: a loss is what the training minimises"},
    {R"(\bwindow_reader\b|\bshuffle_windows\b)", "shuffle buffer: a window is the batches between two exchanges"},
    {R"(\bwindow(_axis)?\b)", "patch: a window is the batches between two exchanges", "nn/kernels/p"},
    {R"(data::shards\b)", "prepared: a shard is a slice of the center"},
    {R"(\bschedule_(state|setup)\b)", "replay_ledger: a schedule is that of a learning rate", "runtime/"},
    {R"(\bnetwork_(state|setup|actor)\b)", "simulated_link: a network is the layers of a model", "runtime/"},
    {R"(\bmembers?\b)", "participant: only an ensemble's models were members", "actors/ledger/"},
    {R"(\bmembers_of\(which)", "lone_models_of", "runtime/"},
    {R"(\.hand\(|->hand\()", "worker_of"},
    {R"(\bnn::(metrics|measurements)\b)", "loss_sums, metric_set"},
};

std::string faults_in(const std::string& path, const std::string& text) {
  std::string faults;
  for (const auto& one : words) {
    if (path.rfind(one.where, 0) != 0)
      continue;
    const std::regex pattern{one.word};
    std::istringstream lines{text};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
      if (std::regex_search(line, pattern))
        faults += path + ':' + std::to_string(number) + ": " + line + "   say " + one.now + '\n';
  }
  return faults;
}

} // namespace

TEST_CASE("words that were given up do not come back", "[words]") {
  for (const auto& [path, text] : sources())
    if (path != "tests/words_test.cpp" && path != "tests/runtime/config/former_names_test.cpp")
      CHECK(faults_in(path, text) == "");
}

TEST_CASE("a word that was given up is found", "[words]") {
  CHECK(faults_in("actors/a.cpp", "int a;\nint run_epoch;\n") ==
        "actors/a.cpp:2: int run_epoch;   say session: an epoch is a pass over the rows\n");
  CHECK(faults_in("actors/ledger/a.cpp", "int member;") != "");
  CHECK(faults_in("actors/worker/a.cpp", "int member;").empty());
  CHECK(faults_in("actors/a.cpp", "int run_epochs; // an epoch of a run").empty());
}
