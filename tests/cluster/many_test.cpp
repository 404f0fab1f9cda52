// Many workers, a slow network, and what a host cannot hold.

#include "tests/cluster/nodes.hpp"
#include "tests/cluster/two_hosts.hpp"

#include <chrono>
#include <sstream>

using namespace dk::test;

namespace {

// Memory that would be free without this process, in KiB.
long own_memory(pid_t pid) {
  std::istringstream lines{content_of("/proc/" + std::to_string(pid) + "/smaps_rollup")};
  long sum = 0;
  std::string word;
  while (lines >> word)
    if (word == "Private_Clean:" || word == "Private_Dirty:") {
      long size = 0;
      lines >> size;
      sum += size;
    }
  return sum;
}

} // namespace

TEST_CASE("200 workers on a node begin in less than 20 seconds", "[cluster][many]") {
#ifdef DK_SANITIZED
  WARN("not tried under sanitizers, which take a multiple of time and memory");
  return;
#endif
  started_node node{{"--workers", "200"}};
  const toy_job job{4000, "epochs = 1000\ncommunication_window = 1\n"};
  const auto begun = std::chrono::steady_clock::now();
  process driver{job.command({"--out", "run", "-q", "--nodes", node.address(), "--set", "trainer.workers=200"}),
                 {{}, job.path("")}};
  const bool all_joined = eventually(
      seconds{60}, [&] { return content_of(job.path("run/log.txt")).find("worker 199 (") != std::string::npos; });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  INFO(driver.err());
  REQUIRE(all_joined);
  WARN("200 workers began within " << took.count() << " s");
  const auto workers = node.workers();
  CHECK(workers.size() == 200);
  for (const auto pid : workers)
    CHECK(own_memory(pid) < 25 * 1024);
  driver.send(SIGINT);
  CHECK(driver.wait(seconds{60}) == 130);
}

TEST_CASE("more processes than a node can hold are refused by what there is", "[cluster][many]") {
  started_node node{{"--workers", "1000", "--ports", "21100-21149"}};
  CHECK(eventually(seconds{10}, [&] {
    return node.self().err().find("--workers 1000: this host can hold 50 now, before they have a model: memory for ") !=
           std::string::npos;
  }));
  const toy_job job{1000};
  const auto got = job.train({"--out", "run", "--nodes", node.address(), "--set", "trainer.workers=1000"});
  CHECK(got.status == 10);
  const auto line = lines_of(got.err).back();
  INFO(line);
  CHECK(line.find("E_RESOURCES node " + node.address() +
                  ": 1,000 workers cannot be started, 49 can: there is memory "
                  "for ") == 0);
  CHECK(line.find("ports 21100-21149 for 49; lower trainer.workers, or name more nodes, or give dk_node a wider range "
                  "with --ports") != std::string::npos);
  CHECK(node.workers().empty());
}

TEST_CASE("a network that takes seconds for a model is no reason to give up", "[cluster][many]") {
  const two_hosts hosts;
  if (!hosts.exist() || !hosts.limit_to("10mbit")) {
    WARN("network namespaces, or a limit for a network, cannot be made here; skipped");
    return;
  }
  process node{hosts.there({DK_NODE, "--listen", "10.231.7.2:7077", "--workers", "2", "--insecure"})};
  REQUIRE(eventually(seconds{60}, [&] { return lines_of(node.out()).size() >= 4; }));
  // 1.2 MB: a second on its way, alone; no deadline below is as long as an exchange
  const toy_job job{40, "epochs = 1\ncommunication_window = 1\nalgorithm = \"downpour\"\n", 60000};
  const auto got =
      run(hosts.here(job.command({"--out", "run", "--nodes", "10.231.7.2:7077", "--set", "cluster.servers=\"driver\"",
                                  "--set", "cluster.request_timeout=1.5", "--set", "cluster.connection_timeout=1.5",
                                  "--set", "cluster.heartbeat=0.5"})),
          {{}, job.path("")});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
  CHECK(got.err.find("\nthe network carries ") != std::string::npos);
}
