#include "runtime/run/advice.hpp"

#include "runtime/laboratory/laboratory.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

using namespace dk;
using namespace dk::test;

namespace {

std::string advice_on(const std::string& algorithm, std::size_t workers, std::size_t window,
                      const std::string& policy = "") {
  auto which = small_job(algorithm, workers);
  which.trainer.communication_window = window;
  which.trainer.policy = policy;
  const auto all = dk::advice_on(which);
  return all.empty() ? "" : all.front();
}

} // namespace

TEST_CASE("what converged in the experiments is started without a word", "[runtime][advice]") {
  CHECK(advice_on("downpour", 20, 5).empty());
  CHECK(advice_on("downpour", 10, 10).empty()); // 100 batches, as 20 workers of window 5
  CHECK(advice_on("downpour", 1, 1000).empty());
  CHECK(advice_on("aeasgd", 20, 32).empty());
  CHECK(advice_on("aeasgd", 4, 5).empty());
  CHECK(advice_on("easgd", 20, 5).empty());
  CHECK(advice_on("adag", 20, 50).empty());
  CHECK(advice_on("aeasgd", 20, 5, "scale").empty());
}

TEST_CASE("what collapsed in the experiments is warned of", "[runtime][advice]") {
  CHECK(advice_on("downpour", 20, 10) ==
        "downpour may diverge: 20 workers of window 10 move the center by 200 batches that none of them knows of the "
        "others, and beyond 100 runs collapsed (docs/experiments.md); lower workers or communication_window, or take "
        "adag");
  CHECK(advice_on("aeasgd", 20, 15) ==
        "aeasgd may diverge: workers x rho x learning_rate = 10 is above 7.5, where runs still converged "
        "(docs/experiments.md); lower rho, lengthen communication_window, or take policy = \"scale\"");
  CHECK(advice_on("easgd", 21, 1000) ==
        "easgd may diverge: workers x rho x learning_rate = 2.1 is above 2, where runs still converged "
        "(docs/experiments.md); lower rho");
}

TEST_CASE("where nothing is computed nothing can diverge", "[runtime][advice]") {
  auto which = small_job("downpour", 20);
  which.trainer.communication_window = 10;
  CHECK_FALSE(dk::advice_on(which).empty());
  which.laboratory.dry = true;
  CHECK(dk::advice_on(which).empty());
}

TEST_CASE("a key that has no effect is told of", "[runtime][advice]") {
  auto which = small_job("adag", 2);
  which.data.where = "nodes";
  CHECK(dk::advice_on(which) ==
        std::vector<std::string>{"data.where = \"nodes\" has no effect without nodes: the rows are read here"});
  which.cluster.nodes = {{"10.0.0.5", 7077}};
  CHECK(dk::advice_on(which).empty());
}

TEST_CASE("a run says its advice when it starts", "[runtime][advice]") {
  auto which = small_job("downpour", 3);
  which.trainer.communication_window = 40;
  which.trainer.optimizer = {"sgd", {{"learning_rate", 1e-6}}};
  std::vector<std::string> notices;
  run_options options;
  options.notice = [&](const std::string& text) { notices.push_back(text); };
  simulate(which, plane(50), options);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].find("downpour may diverge: 3 workers") == 0);
}
