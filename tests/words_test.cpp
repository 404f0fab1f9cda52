// Words that were given up, because they had a second meaning, do not come back (docs/architecture.md has the
// glossary).
#include "tests/sources.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <string>
#include <vector>

using dk::test::sources;

namespace {

struct given_up {
  std::string word;
  std::string now;   ///< what is said instead
  std::string where; ///< in files whose path begins so
};

const std::vector<given_up> words{
    {"run_epoch", "session: an epoch is a pass over the rows", ""},
    {"shard_epoch", "session: an epoch is a pass over the rows", ""},
    {"ledger_losses", "workers_lost: a loss is what the training minimises", ""},
    {"numbers.losses", "workers_lost: a loss is what the training minimises", ""},
    {"laboratory.loss", "drop_rate: a loss is what the training minimises", ""},
    {"window_reader", "shuffle buffer: a window is the batches between two exchanges", ""},
    {"shuffle_windows", "shuffle buffer: a window is the batches between two exchanges", ""},
    {"window_axis", "patch: a window is the batches between two exchanges", ""},
    {"data::shards", "prepared: a shard is a slice of the center", ""},
    {"schedule_state", "replay_ledger: a schedule is that of a learning rate", "runtime/"},
    {"schedule_setup", "replay_ledger: a schedule is that of a learning rate", "runtime/"},
    {"network_state", "simulated_link: a network is the layers of a model", "runtime/"},
    {"network_setup", "simulated_link: a network is the layers of a model", "runtime/"},
    {"network_actor", "simulated_link: a network is the layers of a model", "runtime/"},
    {"member", "participant", "actors/ledger/"},
    {"members", "participants", "actors/ledger/"},
    {"members_of", "lone_models_of", "runtime/run/"},
    {"hand(", "worker_of", "runtime/"},
    {"nn::metrics", "loss_sums", ""},
    {"nn::measurements", "metric_set", ""},
};

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The places of a whole word.
std::vector<std::size_t> places_of(const std::string& word, const std::string& text) {
  std::vector<std::size_t> all;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    const auto end = at + word.size();
    if (begins && (end == text.size() || !is_of_word(word.back()) || !is_of_word(text[end])))
      all.push_back(at);
  }
  return all;
}

std::string faults_in(const std::string& path, const std::string& text) {
  std::string faults;
  for (const auto& one : words)
    if (path.rfind(one.where, 0) == 0)
      for (const auto at : places_of(one.word, text)) {
        const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        faults += path + ':' + std::to_string(line) + ": " + one.word + "; say " + one.now + '\n';
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
        "actors/a.cpp:2: run_epoch; say session: an epoch is a pass over the rows\n");
  CHECK(faults_in("actors/ledger/a.cpp", "int member;") != "");
  CHECK(faults_in("actors/worker/a.cpp", "int member;").empty());
  CHECK(faults_in("actors/a.cpp", "int run_epochs; // an epoch of a run").empty());
}
