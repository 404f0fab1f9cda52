#pragma once

#include "tests/jobs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <memory>

namespace dk::test {

/// A dk_node on a free port of this host; ended with its worker processes, whatever becomes of the test.
class started_node {
public:
  /// @param folder where it and its processes start; empty: here
  explicit started_node(const std::vector<std::string>& more = {}, const std::string& folder = "")
      : node_(command(more), {{}, folder}) {
    const bool printed = eventually(seconds{60}, [&] { return lines_of(node_.out()).size() >= 4; });
    INFO(node_.err());
    REQUIRE(printed);
    const auto line = lines_of(node_.out())[0]; // "dk_node listens on 127.0.0.1:40123, for 2 workers; ..."
    const auto from = line.find("127.0.0.1:");
    address_ = line.substr(from, line.find(',') - from);
  }

  const std::string& address() const { return address_; }
  std::string cache() const { return cache_.path(""); } ///< where the rows are that drivers send, unless it was told
  std::vector<pid_t> workers() const { return processes("worker"); }
  std::vector<pid_t> shards() const { return processes("shard"); }
  std::vector<pid_t> validators() const { return processes("validator"); }
  process& self() { return node_; }
  const process& self() const { return node_; }

private:
  std::vector<pid_t> processes(const std::string& role) const {
    auto all = children_of(node_.pid());
    const auto other = [&](pid_t pid) {
      const auto command = content_of("/proc/" + std::to_string(pid) + "/cmdline");
      return command.find(std::string{"--role\0", 7} + role + '\0') == std::string::npos;
    };
    all.erase(std::remove_if(all.begin(), all.end(), other), all.end());
    return all;
  }

  std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> all{DK_NODE};
    for (const auto& [option, value] :
         {std::pair<std::string, std::string>{"--workers", "2"}, {"--listen", "127.0.0.1:0"}, {"--cache", cache()}})
      if (std::find(more.begin(), more.end(), option) == more.end())
        all.insert(all.end(), {option, value});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  temporary_folder cache_;
  process node_;
  std::string address_;
};

/// Two nodes with two workers each.
struct two_nodes {
  started_node first;
  started_node second;

  std::string addresses() const { return first.address() + ',' + second.address(); }

  std::vector<pid_t> workers() const {
    auto all = first.workers();
    const auto more = second.workers();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  bool have_no_children() const {
    return children_of(first.self().pid()).empty() && children_of(second.self().pid()).empty();
  }

  /// Checks that no process of a run is left soon after a run, and that the nodes end on SIGTERM.
  void check_clean_end() {
    CHECK(eventually(seconds{30}, [&] { return have_no_children(); }));
    for (auto* node : {&first, &second}) {
      if (node->self().ended())
        continue;
      node->self().send(SIGTERM);
      const auto status = node->self().wait(seconds{30});
      INFO(node->self().err());
      CHECK(status == 143);
    }
  }
};

/// A run of four workers on two nodes, in the folder "run", each of which has trained a little already.
struct run_on_nodes {
  two_nodes nodes;
  toy_job job = long_job(20);
  process driver;
  std::vector<pid_t> workers;

  explicit run_on_nodes(const std::string& setting = "trainer.workers=4")
      : driver(
            job.command({"--out", "run", "--nodes", nodes.addresses(), "--set", "trainer.workers=4", "--set", setting}),
            {{}, job.path("")}) {
    const bool began = eventually(seconds{60}, [&] {
      return content_of(job.path("run/history.jsonl")).find("\"worker\":3,") != std::string::npos;
    });
    INFO(driver.err());
    REQUIRE(began);
    workers = nodes.workers();
    REQUIRE(workers.size() == 4);
  }

  /// Checks that the run ended well and all its rows were trained once.
  void check_whole(seconds deadline = seconds{100}) {
    const auto status = driver.wait(deadline);
    INFO(driver.err());
    CHECK(status == 0);
    CHECK(rows_balance(driver.out()));
    CHECK(driver.out().find("rows: 80000 expected, 80000 applied") != std::string::npos);
  }

  void check_all_workers_gone() {
    for (const auto pid : workers)
      CHECK(eventually(seconds{30}, [pid = pid] { return is_gone(pid); }));
    nodes.check_clean_end();
  }
};

} // namespace dk::test
