// A worker process that stands still lets its lease run out, which takes ten seconds at least.

#include "tests/cluster/nodes.hpp"

using namespace dk::test;

TEST_CASE("a worker process that stands still is ended, and its chunk trained by another", "[cluster][slow]") {
  run_on_nodes it;
  const auto victim = it.workers.at(1);
  kill(victim, SIGSTOP);
  it.check_whole();
  const auto note = it.driver.err();
  INFO(note);
  CHECK(note.find(", pid " + std::to_string(victim) + ") made no progress on chunk e") != std::string::npos);
  CHECK(note.find("the chunk went back") != std::string::npos);
  it.check_all_workers_gone();
}
