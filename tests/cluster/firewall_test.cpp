// Firewalls, several cards, IPv6 and tunnels: two hosts as network namespaces.

#include "tests/cluster/two_hosts.hpp"

#include <chrono>
#include <memory>

using namespace dk::test;

namespace {

bool can_make_hosts(const two_hosts& hosts) {
  if (!hosts.exist())
    WARN("network namespaces cannot be made here; skipped");
  return hosts.exist();
}

void require_listening(process& node) {
  const bool listens = eventually(seconds{60}, [&] { return lines_of(node.out()).size() >= 4; });
  INFO(node.err());
  REQUIRE(listens);
}

outcome train_here(const two_hosts& hosts, const toy_job& job, const std::string& node) {
  return run(hosts.here(job.command({"--out", "run", "-q", "--nodes", node})), {{}, job.path("")});
}

} // namespace

TEST_CASE("with a firewall the node's port and its range are enough", "[cluster][firewall]") {
  const two_hosts hosts;
  if (!can_make_hosts(hosts))
    return;
  hosts.add_addresses();
  if (!hosts.open_only("7077, 7100-7102")) {
    WARN("there is no nft here; skipped");
    return;
  }
  std::string listen = "0.0.0.0:7077";
  std::string address = "10.231.7.2:7077";
  SECTION("by IPv4") {}
  SECTION("over another card") {
    address = "10.231.8.2:7077";
  }
  SECTION("by IPv6") {
    listen = "[::]:7077";
    address = "[fd77::2]:7077";
  }
  process node{hosts.there({DK_NODE, "--listen", listen, "--workers", "2", "--ports", "7100-7102", "--insecure"})};
  require_listening(node);
  const toy_job job{400};
  const auto got = train_here(hosts, job, address);
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
}

TEST_CASE("a port that is closed is named soon", "[cluster][firewall]") {
  const two_hosts hosts;
  if (!can_make_hosts(hosts))
    return;
  bool is_range_open = false;
  SECTION("of the node") {}
  SECTION("of its processes") {
    is_range_open = true;
  }
  if (!hosts.open_only(is_range_open ? "7077" : "22")) {
    WARN("there is no nft here; skipped");
    return;
  }
  process node{
      hosts.there({DK_NODE, "--listen", "0.0.0.0:7077", "--workers", "2", "--ports", "7100-7102", "--insecure"})};
  require_listening(node);
  const toy_job job{400};
  const auto begun = std::chrono::steady_clock::now();
  const auto got = train_here(hosts, job, "10.231.7.2:7077");
  CHECK(std::chrono::steady_clock::now() - begun < seconds{20});
  CHECK(got.status == 5);
  const auto line = lines_of(got.err).back();
  INFO(line);
  CHECK(line.find("E_CONNECT") == 0);
  CHECK(line.find(is_range_open ? "cannot reach 10.231.7.2:710" : "cannot reach 10.231.7.2:7077") != std::string::npos);
  CHECK(line.find("a firewall drops what goes to this port") != std::string::npos);
  CHECK(line.find("dk_node --ports") != std::string::npos);
}

TEST_CASE("a node that joins over another card is known by that card", "[cluster][firewall]") {
  const two_hosts hosts;
  if (!can_make_hosts(hosts))
    return;
  hosts.add_addresses();
  process first{hosts.there({DK_NODE, "--listen", "0.0.0.0:7077", "--workers", "1", "--insecure"})};
  require_listening(first);
  process second{
      hosts.here({DK_NODE, "--listen", "0.0.0.0:7078", "--join", "10.231.8.2:7077", "--workers", "1", "--insecure"})};
  require_listening(second);
  CHECK(second.out().find("dk_node listens on 10.231.8.1:7078") == 0);
}

TEST_CASE("a name that is the host's own alone is told of", "[cluster][firewall]") {
  const two_hosts hosts;
  if (!can_make_hosts(hosts))
    return;
  process node{
      hosts.here({"/bin/sh", "-c", "mount --bind \"$1\" /etc/hosts && exec \"$0\" --listen thishost:7077 --insecure",
                  DK_NODE, hosts.hosts_file("127.0.1.1 thishost\n")})};
  if (!eventually(seconds{30}, [&] { return !node.err().empty(); }) || node.err().find("mount:") == 0) {
    WARN("/etc/hosts cannot be replaced here; skipped");
    return;
  }
  CHECK(eventually(seconds{30}, [&] {
    return node.err().find("thishost is 127.0.1.1 on this host, which no other host reaches") != std::string::npos;
  }));
}

TEST_CASE("a node on loopback is reached through a tunnel for each of its ports", "[cluster][firewall]") {
  const two_hosts hosts;
  if (!can_make_hosts(hosts))
    return;
  if (run({"/bin/sh", "-c", "command -v socat"}).status != 0) {
    WARN("there is no socat here; skipped");
    return;
  }
  process node{hosts.there({DK_NODE, "--listen", "127.0.0.1:7077", "--workers", "2", "--ports", "7100-7102"})};
  require_listening(node);
  // As ssh -L does: a listener on loopback here, a connection from loopback there.
  std::vector<std::unique_ptr<process>> tunnel;
  for (const std::string port : {"7077", "7100", "7101", "7102"}) {
    tunnel.push_back(std::make_unique<process>(hosts.there(
        {"socat", "TCP-LISTEN:1" + port + ",fork,reuseaddr,nodelay", "TCP:127.0.0.1:" + port + ",nodelay"})));
    tunnel.push_back(
        std::make_unique<process>(hosts.here({"socat", "TCP-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr,nodelay",
                                              "TCP:10.231.7.2:1" + port + ",nodelay"})));
  }
  const toy_job job{400};
  outcome got;
  CHECK(eventually(seconds{20}, [&] {
    got = train_here(hosts, job, "localhost:7077");
    return got.status != 5; // before the tunnels listen
  }));
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
}
