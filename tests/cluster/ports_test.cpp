// What a firewall must let through, and by which address hosts find each other: two hosts as network namespaces.

#include "tests/cluster/two_hosts.hpp"

#include <csignal>
#include <sstream>

using namespace dk::test;

namespace {

// The ports on which somebody listens, in the text of /proc/net/tcp and tcp6.
std::vector<int> listening(const std::vector<std::string>& cat) {
  std::vector<int> ports;
  std::istringstream lines{run(cat).out};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words{line};
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    words >> number >> local >> remote >> state;
    if (state == "0A")
      ports.push_back(std::stoi(local.substr(local.rfind(':') + 1), nullptr, 16));
  }
  return ports;
}

const std::vector<std::string> sockets{"cat", "/proc/net/tcp", "/proc/net/tcp6"};

std::string first_lines(process& node) {
  REQUIRE(eventually(seconds{60}, [&] { return lines_of(node.out()).size() >= 4; }));
  return node.out();
}

} // namespace

TEST_CASE("a run needs the node's port and its range, and none of the driver's", "[cluster][ports]") {
  const two_hosts hosts;
  if (!hosts.exist()) {
    WARN("network namespaces cannot be made here; skipped");
    return;
  }
  process node{
      hosts.there({DK_NODE, "--listen", "0.0.0.0:7077", "--workers", "2", "--ports", "7100-7102", "--insecure"})};
  CHECK(first_lines(node).find("--nodes 10.231.7.2:7077") != std::string::npos); // its card's, not its name
  CHECK(node.out().find("--ports 7100-7102 --insecure") != std::string::npos);
  const toy_job job{4000, "epochs = 400\n", 64};
  process driver{hosts.here(job.command({"--out", "run", "-q", "--nodes", "10.231.7.2:7077"})), {{}, job.path("")}};
  REQUIRE(eventually(seconds{100}, [&] { return !content_of(job.path("run/history.jsonl")).empty(); }));
  auto ports = listening(hosts.there(sockets));
  std::sort(ports.begin(), ports.end());
  CHECK(ports == std::vector<int>{7077, 7100, 7101, 7102}); // two workers and a shard
  CHECK(listening(hosts.here(sockets)).empty());
  driver.send(SIGINT);
  CHECK(driver.wait(seconds{60}) == 130);

  const auto refused = run(
      hosts.here(job.command({"--out", "second", "-q", "--nodes", "10.231.7.2:7077", "--set", "trainer.servers=2"})),
      {{}, job.path("")});
  CHECK(refused.status == 10);
  CHECK(lines_of(refused.err).back().find("ports 7100-7102 for ") != std::string::npos);
  CHECK(lines_of(refused.err).back().find("or give dk_node a wider range with --ports") != std::string::npos);
}

TEST_CASE("a node that joins is known by the address from which it reaches the other", "[cluster][ports]") {
  const two_hosts hosts;
  if (!hosts.exist()) {
    WARN("network namespaces cannot be made here; skipped");
    return;
  }
  process first{hosts.there({DK_NODE, "--listen", "10.231.7.2:7077", "--workers", "1", "--insecure"})};
  first_lines(first);
  std::vector<std::string> joining{DK_NODE,     "--listen", "0.0.0.0:7078", "--join", "10.231.7.2:7077",
                                   "--workers", "1",        "--insecure"};
  SECTION("of itself") {}
  SECTION("as it is told") {
    joining.insert(joining.end(), {"--advertise", "10.231.7.1"});
  }
  process second{hosts.here(joining)};
  CHECK(first_lines(second).find("dk_node listens on 10.231.7.1:7078") == 0);
  const toy_job job{400};
  const auto got =
      run(hosts.there(job.command({"--out", "run", "-q", "--nodes", "10.231.7.2:7077"})), {{}, job.path("")});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
}

TEST_CASE("what names no port or host is refused before anything listens", "[cluster][ports]") {
  const auto refused = [](const std::string& option, const std::string& value) {
    const auto got = run({DK_NODE, "--listen", "127.0.0.1:0", option, value});
    CHECK(got.status == 2);
    return got.err;
  };
  for (const std::string ports : {"7100-", "0", "0-5", "7200-7100", "70000", "a-b", "7100-7200-7300", "-"})
    CHECK(refused("--ports=" + ports, "-v") ==
          "E_USAGE --ports: \"" + ports +
              "\" is no range of ports; expected FIRST-LAST, from 1 to 65535, as in 7100-7199\n");
  for (const std::string host : {"10.0.0.5:7077", "fd00::5", "a host"})
    CHECK(refused("--advertise", host).find("E_USAGE --advertise: \"" + host + "\" is no host") == 0);
}
