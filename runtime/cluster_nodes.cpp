#include "actors/errors.hpp"
#include "common/version.hpp"
#include "runtime/cluster.hpp"
#include "runtime/connect.hpp"

#include <caf/all.hpp>
#include <cstring>
#include <map>
#include <utility>

namespace dk {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_deadline{20000}; // a node's processes start within this
constexpr milliseconds exit_report_deadline{1000};

struct node {
  endpoint where;
  node_actor handle;
  std::uint32_t capacity = 0;
  std::vector<std::string> members; // that joined it
  bool lost = false;
};

struct place {
  std::size_t node = 0;
  std::int32_t pid = 0;
  worker_actor hand;
};

std::string as_text(const process_exit& how) {
  if (how.signal != 0)
    return "was killed by signal " + std::to_string(how.signal) + " (" + strsignal(how.signal) + ")";
  if (how.status != 0)
    return "ended with exit status " + std::to_string(how.status);
  return ""; // in order: its actor's own reason says more
}

class cluster_on_nodes : public cluster {
public:
  cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config, std::function<void(const std::string&)> tell)
      : self_(self), tell_(std::move(tell)), timeout_(static_cast<long>(config.request_timeout * 1000)) {
    for (const auto& where : config.nodes)
      greet(where);
    for (std::size_t n = 0; n < nodes_.size(); ++n) // also those that the next ones bring along
      greet_members_of(n);
  }

  ~cluster_on_nodes() override { cluster_on_nodes::close(); }

  void launch(const launch_plan& plan) override {
    const auto shares = share_out(plan.parts.size());
    std::uint32_t id = 0;
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      for (const auto& process : start_processes(n, shares[n]))
        enlist_process(plan, id++, n, process);
  }

  worker_actor hand(std::uint32_t id) const override { return places_.at(id).hand; }

  std::string describe(std::uint32_t id) const override {
    const auto found = places_.find(id);
    if (found == places_.end())
      return "worker " + std::to_string(id);
    return "worker " + std::to_string(id) + " (" + to_string(nodes_[found->second.node].where) + ", pid " +
           std::to_string(found->second.pid) + ")";
  }

  std::string cause_of_death(std::uint32_t id) override {
    const auto found = places_.find(id);
    if (found == places_.end())
      return "";
    const auto& [n, pid, hand] = found->second;
    // The broken connection is often noticed before the node's word of the dead process is here.
    const key process{n, pid};
    std::vector<caf::down_msg> of_others;
    self_->receive_while([&] { return exits_.count(process) == 0 && !nodes_[process.first].lost; })(
        [&](const process_exit& what) { hear(what); },
        [&](const caf::down_msg& what) {
          if (!hear_node(what))
            of_others.push_back(what);
        },
        caf::after(exit_report_deadline) >> [&] { exits_[process] = {}; });
    for (auto& what : of_others) // whoever waits for news shall hear of it
      self_->send(caf::actor{self_}, std::move(what));
    if (const auto seen = exits_.find(process); seen != exits_.end() && seen->second.pid != 0)
      return as_text(seen->second);
    if (nodes_[n].lost)
      return "is lost with its node";
    put_down(id); // it stands still, or cannot be reached: no work may come of it any more
    return "does not answer any more; its process was ended";
  }

  void put_down(std::uint32_t id) override {
    if (const auto found = places_.find(id); found != places_.end())
      self_->send(nodes_[found->second.node].handle, kill_atom_v, found->second.pid);
  }

  void hear(const process_exit& what) override { exits_[{what.node, what.pid}] = what; }

  void hear(const caf::down_msg& what) override { hear_node(what); }

  void close() override {
    for (const auto& loader : loaders_)
      caf::anon_send_exit(loader, caf::exit_reason::user_shutdown);
    for (const auto& [id, at] : places_)
      caf::anon_send_exit(at.hand, caf::exit_reason::user_shutdown);
    loaders_.clear();
    places_.clear();
  }

private:
  using key = std::pair<std::size_t, std::int32_t>;

  // @return whether it is a node that is down
  bool hear_node(const caf::down_msg& what) {
    for (auto& node : nodes_) {
      if (node.handle.address() != what.source)
        continue;
      if (!std::exchange(node.lost, true))
        tell_("node " + to_string(node.where) + " is lost (" + to_failure(what.reason).what() +
              "); the run goes on without its workers");
      return true;
    }
    return false;
  }

  void greet(const endpoint& where) {
    node met;
    met.where = where;
    met.handle = caf::actor_cast<node_actor>(connect_to(self_, where, timeout_));
    for (const auto& known : nodes_)
      if (known.handle == met.handle)
        return; // under another name
    self_->request(met.handle, timeout_, hello_atom_v, std::string{version_text})
        .receive(
            [&](node_info& info) {
              met.capacity = info.workers;
              met.members = std::move(info.members);
            },
            [&](const caf::error& why) { throw refusal(where, why); });
    self_->monitor(met.handle);
    nodes_.push_back(std::move(met));
  }

  void greet_members_of(std::size_t n) {
    const auto through = to_string(nodes_[n].where);
    for (const auto& address : std::vector<std::string>{nodes_[n].members}) {
      try {
        greet(parse_endpoint(address));
      } catch (const failure& why) {
        tell_("node " + address + ", which joined " + through + ", is left out: " + why.what());
      }
    }
  }

  failure refusal(const endpoint& where, const caf::error& why) const {
    const auto reason = to_failure(why, errc::connect);
    return {reason.code(), "node " + to_string(where) + ": " + reason.what()};
  }

  // As evenly as the nodes' capacities allow.
  std::vector<std::uint32_t> share_out(std::size_t wanted) const {
    std::vector<std::uint32_t> shares(nodes_.size());
    for (std::size_t given = 0; given < wanted;) {
      bool any = false;
      for (std::size_t n = 0; n < nodes_.size() && given < wanted; ++n)
        if (shares[n] < nodes_[n].capacity) {
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

  std::vector<worker_process> start_processes(std::size_t n, std::uint32_t count) {
    const auto& on = nodes_[n];
    std::vector<worker_process> started;
    if (count == 0)
      return started;
    self_->request(on.handle, start_deadline, start_atom_v, count, static_cast<std::uint32_t>(n), caf::actor{self_})
        .receive([&](std::vector<worker_process>& processes) { started = std::move(processes); },
                 [&](const caf::error& why) { throw refusal(on.where, why); });
    return started;
  }

  void enlist_process(const launch_plan& plan, std::uint32_t id, std::size_t n, const worker_process& process) {
    const auto& where = nodes_[n].where;
    const auto recruit = caf::actor_cast<recruit_actor>(connect_to(self_, {where.host, process.port}, timeout_));
    const auto& part = plan.parts[id];
    auto loader = spawn_loader(self_->system(), part);
    loaders_.push_back(loader);
    enlistment terms{id,
                     plan.run_epoch,
                     to_toml(part.which),
                     static_cast<std::uint32_t>(part.rows.label_width),
                     part.ledger,
                     loader,
                     {},
                     part.alone_start,
                     part.resumed};
    for (const auto& shard : plan.shards)
      terms.shards.push_back({shard.server, shard.offset, shard.shard_epoch, shard.start});
    self_->request(recruit, timeout_, std::move(terms))
        .receive(
            [&](const worker_actor& hand) {
              places_[id] = {n, process.pid, hand};
              self_->send(part.ledger, caf::join_atom_v, id, caf::actor_cast<caf::strong_actor_ptr>(hand));
            },
            [&](const caf::error& why) {
              throw refusal({where.host, process.port}, why);
            });
  }

  caf::scoped_actor& self_;
  std::function<void(const std::string&)> tell_;
  milliseconds timeout_;
  std::vector<node> nodes_;
  std::map<std::uint32_t, place> places_;
  std::map<key, process_exit> exits_;
  std::vector<loader_actor> loaders_;
};

} // namespace

std::unique_ptr<cluster> make_cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config,
                                               std::function<void(const std::string&)> tell) {
  return std::make_unique<cluster_on_nodes>(self, config, std::move(tell));
}

} // namespace dk
