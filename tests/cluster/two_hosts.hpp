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

  /// A second cable, 10.231.8.1 and 10.231.8.2, and addresses of IPv6 on the first, fd77::1 and fd77::2.
  void add_addresses() const {
    REQUIRE(shell("ip link add dkt-c netns " + here_ + " type veth peer name dkt-d netns " + there_ + " && ip -n " +
                  here_ + " addr add 10.231.8.1/24 dev dkt-c && ip -n " + there_ +
                  " addr add 10.231.8.2/24 dev dkt-d && ip -n " + here_ + " link set dkt-c up && ip -n " + there_ +
                  " link set dkt-d up && ip -n " + here_ + " addr add fd77::1/64 dev dkt-a nodad && ip -n " + there_ +
                  " addr add fd77::2/64 dev dkt-b nodad"));
  }

  /// The cable carries no more than this, each way, as in "10mbit".
  bool limit_to(const std::string& rate) const {
    const auto how = " root tbf rate " + rate + " burst 32kbit latency 400ms";
    return shell("ip netns exec " + here_ + " tc qdisc add dev dkt-a" + how + " && ip netns exec " + there_ +
                 " tc qdisc add dev dkt-b" + how);
  }

  /// Firewalls: nobody gets in but for what was asked for, and at `there` to these ports.
  bool open_only(const std::string& ports) const {
    const std::string rules =
        "nft add table inet f; nft 'add chain inet f in { type filter hook input priority 0; "
        "policy drop; }'; nft add rule inet f in iifname lo accept; nft add rule inet f in ct state "
        "established,related accept; nft add rule inet f in meta l4proto ipv6-icmp accept";
    return shell("ip netns exec " + here_ + " sh -ec \"" + rules + "\" && ip netns exec " + there_ + " sh -ec \"" +
                 rules + "; nft 'add rule inet f in tcp dport { " + ports + " } accept'\"");
  }

  void drop_what_is_sent() const { REQUIRE(shell("ip -n " + here_ + " route add blackhole 10.231.7.2/32")); }

  /// A file for /etc/hosts.
  std::string hosts_file(const std::string& text) const { return folder_.write("hosts", text); }

private:
  static bool shell(const std::string& line) { return run({"/bin/sh", "-c", line}).status == 0; }

  static std::vector<std::string> in(const std::string& host, const std::vector<std::string>& command) {
    std::vector<std::string> all{"/usr/bin/env", "ip", "netns", "exec", host};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }

  std::string here_ = "dkt-here-" + std::to_string(getpid());
  std::string there_ = "dkt-there-" + std::to_string(getpid());
  temporary_folder folder_;
  bool exist_ = false;
};

} // namespace dk::test
