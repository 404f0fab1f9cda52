// The log of commits is enough to rebuild the center: an independent reference does so and is compared with the run.
#include "tests/runtime/replay/rebuild_reference.hpp"

#include "actors/server/policy.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/preflight.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace dk;
using namespace dk::test;

namespace {

constexpr std::size_t hidden = 5;

job two_layers(const std::string& algorithm, std::size_t servers, bool adam, std::size_t workers = 3) {
  auto which = small_job(algorithm, workers);
  which.seed = 11;
  which.model.layers = {{"dense", {{"units", hidden}, {"activation", "tanh"}}}, {"dense", {{"units", 1}}}};
  which.trainer.servers = servers;
  which.trainer.epochs = 3;
  which.trainer.batch_size = 7;
  which.trainer.communication_window = 3;
  which.trainer.optimizer = {adam ? "adam" : "sgd", {{"learning_rate", 0.01}}};
  return which;
}

std::vector<commit_line> read_log(const std::string& path) {
  std::ifstream file{path};
  std::string text;
  std::getline(file, text);
  const auto header = nlohmann::json::parse(text);
  CHECK(header.at("log") == "dk-commits");
  CHECK(header.at("version") == 1);
  std::vector<commit_line> log;
  while (std::getline(file, text)) {
    const auto line = nlohmann::json::parse(text);
    const bool applied = line.at("verdict") == "applied";
    CHECK((applied || line.at("verdict") == "rejected" || line.at("verdict") == "duplicate"));
    CHECK(line.at("staleness").get<std::uint64_t>() ==
          line.at("version").get<std::uint64_t>() - (applied ? 1 : 0) - line.at("base").get<std::uint64_t>());
    log.push_back({line.at("shard"), line.at("worker"), line.at("epoch"), line.at("rows")[0], line.at("rows")[1],
                   line.at("base"), line.at("version"), line.at("staleness"), applied,
                   line.value("after", std::uint64_t{0})});
  }
  return log;
}

std::vector<double> initial_weights(const job& which) {
  auto model = make_model(which, 1);
  model.initialize(which.seed);
  return {model.weights(), model.weights() + model.num_weights()};
}

double norm(const std::vector<double>& x) {
  double sum = 0;
  for (const double one : x)
    sum += one * one;
  return std::sqrt(sum);
}

// The distance between the run's center and the rebuilt one, relative to how far the run moved.
double relative_error(const job& which) {
  const temporary_folder folder;
  const auto rows = plane(90); // 5 chunks an epoch, the last one a single batch of 6 rows
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "rebuild");
  const auto result = train(which, rows, options);
  CHECK(result.rows.balanced());
  const auto log = read_log(options.folder->commits());
  const auto applied = std::count_if(log.begin(), log.end(), [](const commit_line& line) { return line.applied; });
  CHECK(static_cast<std::size_t>(applied) == 5 * which.trainer.epochs * which.trainer.servers);

  const auto& name = which.trainer.algorithm.name();
  reference_setup setup;
  setup.rule = line_for("algorithm", name, reference_rules(), "a rule in tests/runtime/replay/rebuild_reference.cpp");
  setup.policy = which.trainer.policy;
  if (setup.policy.empty() && which.trainer.algorithm->policy == policy_kind::scale)
    setup.policy = "scale";
  setup.compress = which.trainer.compress;
  const auto& keys = which.trainer.algorithm.keys;
  setup.alpha = keys.value("rho", 0.0) * keys.value("learning_rate", 0.0);
  setup.momentum = keys.value("momentum", 0.0);
  setup.eta = keys.value("learning_rate", 1.0);
  setup.adam = which.trainer.optimizer.name == "adam";
  setup.learning_rate = 0.01;
  setup.hidden = hidden;
  setup.batch_size = which.trainer.batch_size;
  setup.seed = which.seed;
  setup.start = initial_weights(which);
  setup.offsets = shard_offsets(setup.start.size(), which.trainer.servers);
  const auto rebuilt = rebuild(setup, log, rows);
  REQUIRE(rebuilt.size() == result.weights.size());
  std::vector<double> off;
  std::vector<double> moved;
  for (std::size_t i = 0; i < rebuilt.size(); ++i) {
    off.push_back(static_cast<double>(result.weights[i]) - rebuilt[i]);
    moved.push_back(rebuilt[i] - setup.start[i]);
  }
  CHECK(norm(moved) > 0.05);
  return norm(off) / norm(moved);
}

} // namespace

TEST_CASE("the log of commits is enough to rebuild the center", "[runtime][rebuild]") {
  for (const auto& algorithm : asynchronous_algorithms())
    for (const std::size_t servers : {1U, 2U, 4U})
      for (const std::size_t workers : {1U, 3U, 7U}) {
        INFO(algorithm << " with " << servers << " servers and " << workers << " workers");
        CHECK(relative_error(two_layers(algorithm, servers, false, workers)) < 1e-4);
      }
}

TEST_CASE("the center is rebuilt with adam's moments too", "[runtime][rebuild]") {
  for (const auto& algorithm : asynchronous_algorithms()) {
    if (find_algorithm(algorithm)->own_optimizer)
      continue; // it steps by its own rule
    INFO(algorithm);
    CHECK(relative_error(two_layers(algorithm, 2, true)) < 1e-4);
  }
}

TEST_CASE("the center is rebuilt under every policy", "[runtime][rebuild][policy]") {
  for (const auto& policy : policy_names())
    for (const auto& algorithm : asynchronous_algorithms())
      for (const std::size_t servers : {1U, 3U})
        for (const std::size_t workers : {3U, 7U}) {
          INFO(policy << ", " << algorithm << " with " << servers << " servers and " << workers << " workers");
          auto which = two_layers(algorithm, servers, false, workers);
          which.trainer.policy = policy;
          which.trainer.max_staleness = 1;
          CHECK(relative_error(which) < 1e-4);
        }
}

TEST_CASE("the center is rebuilt of runs with overlap", "[runtime][rebuild][overlap]") {
  for (const auto& algorithm : asynchronous_algorithms())
    for (const std::size_t servers : {1U, 2U, 4U})
      for (const std::size_t workers : {1U, 3U, 7U}) {
        INFO(algorithm << " with " << servers << " servers and " << workers << " workers");
        auto which = two_layers(algorithm, servers, false, workers);
        which.trainer.overlap = true;
        CHECK(relative_error(which) < 1e-4);
        which.trainer.policy = "reject";
        which.trainer.max_staleness = 1;
        CHECK(relative_error(which) < 1e-4);
      }
}

// A number that lies at the border between two steps of a form may fall to the other side in float64; the next commits
// make up for it. So much more is allowed here; without error feedback the error is above 0.01.
TEST_CASE("the center is rebuilt under every compression", "[runtime][rebuild][compression]") {
  for (const compression how : {compression{number_form::fp16}, compression{number_form::bf16},
                                compression{number_form::int8}, compression{number_form::top_k, 0.3}})
    for (const auto& algorithm : asynchronous_algorithms())
      for (const std::size_t servers : {1U, 2U})
        for (const std::string policy : {"accept", "reject"}) {
          INFO("form " << static_cast<int>(how.form) << ", " << algorithm << " with " << servers << " servers, "
                       << policy);
          auto which = two_layers(algorithm, servers, false, 3);
          which.trainer.compress = how;
          which.trainer.policy = policy;
          which.trainer.max_staleness = 1;
          CHECK(relative_error(which) < 2e-3);
        }
}
