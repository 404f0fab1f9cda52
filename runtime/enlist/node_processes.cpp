#include "runtime/enlist/node_processes.hpp"

#include "actors/protocol/errors.hpp"
#include "common/handles.hpp"
#include "common/text.hpp"
#include "common/version.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/connect.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cstring>
#include <iterator>
#include <optional>

namespace dk {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_deadline{20000}; // a node's processes start within this
constexpr milliseconds start_deadline_each{150};
constexpr milliseconds exit_report_deadline{1000};

std::string as_text(const process_exit& how) {
  if (how.signal != 0)
    return "was killed by signal " + std::to_string(how.signal) + " (" + strsignal(how.signal) + ")";
  if (how.status != 0)
    return "ended with exit status " + std::to_string(how.status);
  return ""; // in order: its actor's own reason says more
}

// What a node, or a process of it, answers in place of what was asked for.
failure refusal_of(const std::string& who, const caf::error& why) {
  const auto reason = to_failure(why, errc::connect);
  return {reason.code(), "node " + who + ": " + reason.what()};
}

// Each process is a connection.
void require_handles(std::size_t processes) {
  if (processes <= free_handles())
    return;
  throw failure{errc::resources, counted(processes, "process takes", "processes take") +
                                     " a file handle each, and this program has " + with_commas(free_handles()) +
                                     " left of its " + std::to_string(most_handles()) +
                                     " file handles; raise the limit (ulimit -n), or lower the number of workers"};
}

std::vector<node_processes::process> joined(std::vector<std::vector<node_processes::process>> all) {
  std::vector<node_processes::process> whole;
  for (auto& some : all)
    std::move(some.begin(), some.end(), std::back_inserter(whole));
  return whole;
}

} // namespace

node_processes::node_processes(caf::scoped_actor& self, const cluster_config& config,
                               std::function<void(const std::string&)> tell)
    : self_(self), tell_(std::move(tell)), timeout_(static_cast<long>(config.request_timeout * 1000)) {
  for (const auto& where : config.nodes)
    greet(where);
  for (std::size_t n = 0; n < nodes_.size(); ++n) // also those that the next ones bring along
    greet_members_of(n);
}

std::vector<node_processes::process> node_processes::start(std::size_t count, std::uint64_t model) {
  return joined(start(role::worker, share_out(count), model));
}

std::vector<node_processes::process> node_processes::start_all() {
  std::vector<std::uint32_t> room;
  for (const auto& one : nodes_)
    room.push_back(one.about.free);
  auto all = joined(start(role::worker, room, 0));
  if (all.empty())
    throw failure{errc::nodes, "the nodes have no worker free; wait for the runs that they work for, or start dk_node "
                               "with a higher --workers"};
  return all;
}

std::vector<node_processes::process> node_processes::start_servers(std::size_t count, const std::vector<endpoint>& on,
                                                                   std::uint64_t model) {
  const auto hosts = nodes_of_servers(count, on);
  require_one_network();
  std::vector<std::uint32_t> shares(nodes_.size());
  for (const auto n : hosts)
    ++shares[n];
  auto started = start(role::server, shares, model);
  std::vector<std::size_t> taken(nodes_.size());
  std::vector<process> all;
  for (const auto n : hosts)
    all.push_back(std::move(started[n][taken[n]++]));
  return all;
}

node_processes::process node_processes::start_beside(const process& other, role what, std::uint64_t model) {
  std::vector<std::uint32_t> shares(nodes_.size());
  shares[other.node] = 1;
  return joined(start(what, shares, model)).front();
}

// Of each shard: these nodes in turn, or all.
std::vector<std::size_t> node_processes::nodes_of_servers(std::size_t count, const std::vector<endpoint>& on) const {
  std::vector<std::size_t> hosts;
  for (const auto& where : on)
    hosts.push_back(node_at(where));
  for (std::size_t n = 0; on.empty() && n < nodes_.size(); ++n)
    hosts.push_back(n);
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(hosts[i % hosts.size()]);
  return all;
}

std::vector<host_facts> node_processes::plan(const job& which) const {
  std::vector<host_facts> hosts(nodes_.size());
  const auto shares = share_out(which.trainer.workers);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    hosts[n].where = to_string(nodes_[n].where);
    hosts[n].workers = shares[n];
  }
  if (serves_on_nodes(which))
    for (const auto n : nodes_of_servers(which.trainer.servers, which.cluster.servers ? which.cluster.servers->nodes
                                                                                      : std::vector<endpoint>{}))
      ++hosts[n].shards;
  return hosts;
}

std::vector<node_processes::process> node_processes::start_one_each() {
  std::vector<std::uint32_t> one_each;
  for (const auto& one : nodes_)
    one_each.push_back(std::min<std::uint32_t>(1, one.about.free));
  return joined(start(role::worker, one_each, 0));
}

std::size_t node_processes::node_at(const endpoint& where) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const node& one) { return one.where == where; });
  if (found == nodes_.end())
    throw failure{errc::config, "cluster.servers names " + to_string(where) +
                                    ", which is none of the run's nodes; add it to cluster.nodes, or remove it"};
  return static_cast<std::size_t>(found - nodes_.begin());
}

// A worker of one node must reach a shard on another by the same address as the driver.
void node_processes::require_one_network() const {
  const auto here = std::find_if(nodes_.begin(), nodes_.end(), [](const node& one) { return is_loopback(one.where); });
  const auto there =
      std::find_if(nodes_.begin(), nodes_.end(), [](const node& one) { return !is_loopback(one.where); });
  if (here != nodes_.end() && there != nodes_.end())
    throw failure{errc::config, "node " + to_string(here->where) + " cannot be reached from node " +
                                    to_string(there->where) +
                                    " by that address; start it with --listen on an address " +
                                    "that all nodes reach, or set cluster.servers = \"driver\""};
}

std::vector<node_processes::known_node> node_processes::known() const {
  std::vector<known_node> all;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!nodes_[n].lost)
      all.push_back({n, nodes_[n].handle, nodes_[n].where});
  return all;
}

std::string node_processes::describe(const process& which) const {
  return to_string(nodes_[which.node].where) + ", pid " + std::to_string(which.pid);
}

failure node_processes::refusal(const process& which, const caf::error& why) const {
  return refusal_of(describe(which), why);
}

// @return whether it is known to have ended
bool node_processes::await_exit(const process& which, milliseconds deadline) {
  const std::pair key{which.node, which.pid};
  bool has_time = true;
  std::vector<caf::down_msg> of_others;
  self_->receive_while([&] { return has_time && exits_.count(key) == 0 && !nodes_[which.node].lost; })(
      [&](const process_exit& what) { hear(what); },
      [&](const caf::down_msg& what) {
        if (!hear_node(what))
          of_others.push_back(what);
      },
      caf::after(deadline) >> [&] { has_time = false; });
  // Whoever waits for news shall hear of it. Anonymously: an unread message from oneself keeps oneself alive.
  for (auto& what : of_others)
    caf::anon_send(caf::actor{self_}, std::move(what));
  return has_time;
}

void node_processes::dismiss(const std::vector<process>& all) {
  for (const auto& one : all)
    caf::anon_send_exit(one.recruit, caf::exit_reason::user_shutdown);
  for (const auto& one : all) {
    if (await_exit(one, timeout_)) // on a busy host an end takes its time
      continue;
    kill(one);
    await_exit(one, timeout_);
  }
}

std::string node_processes::cause_of_death(const process& which) {
  // The broken connection is often noticed before the node's word of the dead process is here.
  if (!await_exit(which, exit_report_deadline))
    exits_[{which.node, which.pid}] = {};
  if (const auto seen = exits_.find({which.node, which.pid}); seen != exits_.end() && seen->second.pid != 0)
    return as_text(seen->second);
  if (nodes_[which.node].lost)
    return "is lost with its node";
  kill(which); // it stands still, or cannot be reached: no work may come of it any more
  return "no longer answers; its process was stopped";
}

void node_processes::kill(const process& which) {
  self_->send(nodes_[which.node].handle, kill_atom_v, which.pid);
}

// @return whether it is a node that is down
bool node_processes::hear_node(const caf::down_msg& what) {
  for (auto& one : nodes_) {
    if (one.handle.address() != what.source)
      continue;
    if (!std::exchange(one.lost, true))
      tell_("node " + to_string(one.where) + " is lost (" + to_failure(what.reason).what() +
            "), and with it the processes there");
    return true;
  }
  return false;
}

void node_processes::greet(const endpoint& where) {
  node met;
  met.where = where;
  met.handle = caf::actor_cast<node_actor>(connect_to(self_, where, timeout_));
  for (const auto& known : nodes_)
    if (known.handle == met.handle)
      return; // under another name
  self_->request(met.handle, timeout_, hello_atom_v, std::string{version_text})
      .receive([&](node_info& info) { met.about = std::move(info); },
               [&](const caf::error& why) { throw refusal_of(to_string(where), why); });
  self_->monitor(met.handle);
  nodes_.push_back(std::move(met));
}

void node_processes::greet_members_of(std::size_t n) {
  const auto through = to_string(nodes_[n].where);
  for (const auto& address : std::vector<std::string>{nodes_[n].about.joined}) {
    try {
      greet(parse_endpoint(address));
    } catch (const failure& why) {
      tell_("node " + address + ", which joined " + through + ", is left out: " + why.what());
    }
  }
}

// As evenly as the nodes' capacities allow.
std::vector<std::uint32_t> node_processes::share_out(std::size_t wanted) const {
  std::vector<std::uint32_t> shares(nodes_.size());
  for (std::size_t given = 0; given < wanted;) {
    bool any = false;
    for (std::size_t n = 0; n < nodes_.size() && given < wanted; ++n)
      if (shares[n] < nodes_[n].about.workers) {
        ++shares[n];
        ++given;
        any = true;
      }
    if (!any)
      throw failure{errc::nodes, "trainer.workers = " + std::to_string(wanted) + ", but the nodes offer " +
                                     std::to_string(given) +
                                     " in all; lower it, or start dk_node with a higher --workers"};
  }
  return shares;
}

// On all nodes side by side. @return what was started on each
std::vector<std::vector<node_processes::process>>
node_processes::start(role what, const std::vector<std::uint32_t>& shares, std::uint64_t model) {
  std::size_t count = 0;
  for (const auto share : shares)
    count += share;
  require_handles(count);
  using answer = decltype(self_->request(nodes_.front().handle, start_deadline, process_order{}));
  std::vector<std::pair<std::size_t, answer>> asked;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (shares[n] > 0)
      asked.emplace_back(
          n, self_->request(nodes_[n].handle, start_deadline + shares[n] * start_deadline_each,
                            process_order{what, shares[n], static_cast<std::uint32_t>(n), model, caf::actor{self_}}));
  std::vector<std::vector<process>> all(nodes_.size());
  std::vector<endpoint> where;
  std::optional<failure> bad;
  for (auto& [n, one] : asked)
    one.receive(
        [&, n = n](const std::vector<worker_process>& started) {
          for (const auto& [pid, port] : started) {
            all[n].push_back({n, pid, port, {}});
            where.push_back({nodes_[n].where.host, port});
          }
        },
        [&, n = n](const caf::error& why) { bad = refusal_of(to_string(nodes_[n].where), why); });
  if (bad)
    throw failure{*bad};
  auto found = connect_to_all(self_, where, timeout_);
  auto next = found.begin();
  for (auto& some : all)
    for (auto& one : some)
      one.recruit = caf::actor_cast<recruit_actor>(*next++);
  return all;
}

} // namespace dk
