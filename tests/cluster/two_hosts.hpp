#pragma once

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <unistd.h>
#include <vector>

namespace dk::test {

/// Two hosts of their own in this one: network namespaces, 10.231.7.1 and 10.231.7.2, joined by a cable.
class two_hosts {
public:
  two_hosts() {
    exist_ = shell("ip netns add " + here_ + " && ip netns add " + there_ + " && ip link add dkt-a netns " + here_ +
                   " type veth peer name dkt-b netns " + there_ + " && ip -n " + here_ +
                   " addr add 10.231.7.1/24 dev dkt-a && ip -n " + there_ +
                   " addr add 10.231.7.2/24 dev dkt-b && ip -n " + here_ + " link set dkt-a up && ip -n " + there_ +
                   " link set dkt-b up && ip -n " + here_ + " link set lo up && ip -n " + there_ + " link set lo up");
  }
  two_hosts(const two_hosts&) = delete;
  two_hosts& operator=(const two_hosts&) = delete;
  ~two_hosts() { shell("ip netns del " + here_ + "; ip netns del " + there_); }

  bool exist() const { return exist_; }
  std::vector<std::string> here(const std::vector<std::string>& command) const { return in(here_, command); }
  std::vector<std::string> there(const std::vector<std::string>& command) const { return in(there_, command); }

  void drop_what_is_sent() const { REQUIRE(shell("ip -n " + here_ + " route add blackhole 10.231.7.2/32")); }

private:
  static bool shell(const std::string& line) { return run({"/bin/sh", "-c", line}).status == 0; }

  static std::vector<std::string> in(const std::string& host, const std::vector<std::string>& command) {
    std::vector<std::string> all{"/usr/bin/env", "ip", "netns", "exec", host};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }

  std::string here_ = "dkt-here-" + std::to_string(getpid());
  std::string there_ = "dkt-there-" + std::to_string(getpid());
  bool exist_ = false;
};

} // namespace dk::test
