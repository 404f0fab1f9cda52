// A worker process that stands still is noticed twice: by its silence, and by the lease that it lets run out, which
// takes ten seconds at least.

#include "tests/cluster/nodes.hpp"

using namespace dk::test;

namespace {

void stall(run_on_nodes& it, const std::string& what_is_said) {
  const auto victim = it.workers.at(1);
  kill(victim, SIGSTOP);
  it.check_whole();
  const auto note = it.driver.err();
  INFO(note);
  CHECK(note.find(", pid " + std::to_string(victim) + ") " + what_is_said) != std::string::npos);
  CHECK(note.find("went back") != std::string::npos);
  it.check_all_workers_gone();
}

} // namespace

TEST_CASE("a worker process that is silent too long is ended, and its chunk trained by another", "[cluster][slow]") {
  run_on_nodes it{"cluster.connection_timeout=3"};
  stall(it, "no longer answers; its process was stopped; its chunk e");
}

TEST_CASE("a worker process whose lease runs out is ended, and its chunk trained by another", "[cluster][slow]") {
  run_on_nodes it{"cluster.connection_timeout=60"};
  stall(it, "made no progress on chunk e");
}
