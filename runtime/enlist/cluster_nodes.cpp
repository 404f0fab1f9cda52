#include "common/log.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/enlister.hpp"
#include "runtime/enlist/host_speed.hpp"
#include "runtime/enlist/node_processes.hpp"
#include "runtime/enlist/row_places.hpp"
#include "runtime/enlist/row_split.hpp"
#include "runtime/transport/remote_shard.hpp"
#include "runtime/transport/remote_validator.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <map>
#include <optional>
#include <utility>

namespace dk {

namespace {

struct place {
  node_processes::process process;
  worker_actor handle;
};

struct server_host {
  node_processes::process process;
  server_actor handle;
};

struct validator_host {
  node_processes::process process;
  validator_face handle;
};

// How much memory a process takes, as a multiple of the weights in it, for a node to see whether it has that.
constexpr std::uint64_t worker_copies = 3;    // replica, base and the center that comes; an optimizer may have more
constexpr std::uint64_t shard_copies = 4;     // now, next, a commit, and one that is being fetched
constexpr std::uint64_t validator_copies = 4; // the model's, the center that comes, the best, and one that is fetched

std::uint64_t model_bytes(const std::vector<worker_part>& parts) {
  const auto& terms = parts.front().terms;
  auto bytes = terms.frozen.bytes() + terms.alone_start.bytes();
  for (const auto& link : terms.shards)
    bytes += link.start.weights.bytes();
  return bytes;
}

class cluster_on_nodes : public cluster {
public:
  cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config, std::function<void(const std::string&)> tell)
      : self_(self), config_(config), tell_(std::move(tell)), processes_(self, config, tell_) {}

  ~cluster_on_nodes() override { cluster_on_nodes::close(); }

  std::vector<host_facts> measure(const job& which, std::size_t label_width) override {
    return measure_hosts(self_, processes_, which, label_width);
  }

  std::vector<shard_link> launch_servers(const job& which, const std::vector<server_terms>& all) override {
    return serves_on_nodes(which) ? launch_there(which, all) : launch_here(which, all);
  }

  validator_face launch_validator(const validator_part& part) override {
    if (serves_on_nodes(part.which))
      if (auto there = launch_there(part))
        return there;
    const bool knows_others = serves_on_nodes(part.which) || part.terms.shards.empty(); // shards or a worker
    validator_here_ =
        spawn_validator(self_->system(), part, knows_others ? validator_thread::shared : validator_thread::own);
    return validator_here_.validator;
  }

  void launch(const std::vector<worker_part>& parts) override {
    const auto processes = processes_.start(parts.size(), worker_copies * model_bytes(parts));
    const auto rows = row_places{self_, processes_, tell_}.of(parts, processes, keepers_);
    std::vector<enlistment> all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      all.push_back(enlistment_of(parts[i], rows[i]));
      tell_affinity(parts[i].terms, rows[i]);
    }
    enlist_all<worker_actor>(processes, std::move(all), [&](std::size_t i, const worker_actor& handle) {
      const auto& terms = parts[i].terms;
      places_[terms.worker] = {processes[i], handle};
      self_->send(terms.ledger, caf::join_atom_v, terms.worker, caf::actor_cast<caf::strong_actor_ptr>(handle));
    });
    for (const auto& gate : gates_)
      self_->send(gate, forget_atom_v);
  }

  worker_actor worker_of(std::uint32_t id) const override { return places_.at(id).handle; }

  std::string describe(std::uint32_t id) const override {
    const auto found = places_.find(id);
    const auto name = "worker " + std::to_string(id);
    return found == places_.end() ? name : name + " (" + processes_.describe(found->second.process) + ")";
  }

  std::string end_of_server(std::uint32_t shard) override {
    if (shard >= servers_.size())
      return "";
    const auto& process = servers_[shard].process;
    const auto cause = processes_.cause_of_death(process);
    return "parameter server " + std::to_string(shard) + " (" + processes_.describe(process) + ") " +
           (cause.empty() ? "ended" : cause);
  }

  std::string end_of_validator() override {
    if (!validator_)
      return "";
    const auto cause = processes_.cause_of_death(validator_->process);
    return "validator (" + processes_.describe(validator_->process) + ") " + (cause.empty() ? "ended" : cause);
  }

  std::string cause_of_death(std::uint32_t id) override {
    const auto found = places_.find(id);
    return found == places_.end() ? "" : processes_.cause_of_death(found->second.process);
  }

  void put_down(std::uint32_t id) override {
    if (const auto found = places_.find(id); found != places_.end())
      processes_.kill(found->second.process);
  }

  void hear(const process_exit& what) override { processes_.hear(what); }

  void hear(const caf::down_msg& what) override { processes_.hear(what); }

  void close() override {
    for (const auto& loader : loaders_)
      caf::anon_send_exit(loader, caf::exit_reason::user_shutdown);
    for (const auto& keeper : keepers_)
      caf::anon_send_exit(keeper, caf::exit_reason::user_shutdown);
    for (const auto& [id, at] : places_)
      caf::anon_send_exit(at.handle, caf::exit_reason::user_shutdown);
    for (const auto& one : servers_)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
    if (validator_)
      caf::anon_send_exit(validator_->handle, caf::exit_reason::user_shutdown);
    end(validator_here_);
    loaders_.clear();
    keepers_.clear();
    places_.clear();
    servers_.clear();
    validator_.reset();
    validator_here_ = {};
  }

private:
  stand_in_terms stand_in(const job& which) const {
    return {self_->address(), {caf::duration{processes_.timeout()}}, request_timeout_of(which)};
  }

  std::vector<shard_link> launch_here(const job& which, const std::vector<server_terms>& all) {
    auto links = spawn_servers(self_->system(), which, all, spawn_parameter_server);
    for (const auto& link : links)
      gates_.push_back(self_->spawn(shard_gate, link.server, link.start));
    return links;
  }

  std::vector<shard_link> launch_there(const job& which, const std::vector<server_terms>& all) {
    const auto text = to_toml(which);
    const auto on = config_.servers ? config_.servers->nodes : std::vector<endpoint>{};
    const auto processes = processes_.start_servers(all.size(), on, shard_copies * all.front().start.weights.bytes());
    std::vector<server_enlistment> enlistments;
    for (const auto& terms : all)
      enlistments.push_back({text, terms, {}});
    std::vector<shard_link> links;
    enlist_all<server_actor>(processes, std::move(enlistments), [&](std::size_t i, const server_actor& gate) {
      servers_.push_back({processes[i], gate});
      gates_.push_back(caf::actor_cast<shard_gate_actor>(gate));
      links.push_back({self_->spawn(remote_shard, gate, stand_in(which)), all[i].offset, 0, all[i].start,
                       processes_.address(processes[i])});
    });
    return links;
  }

  // Where a chunk's rows lie side by side, its worker's node may have all of them; where they are shuffled, each chunk
  // has rows of all parts.
  void tell_affinity(const worker_terms& of, const rows_there& rows) {
    if (rows.parts.size() > 1 && !rows.shuffle && !rows.bootstrap)
      self_->send(of.ledger, row_affinity{of.worker, rows_beside(rows)});
  }

  // The node of the fewest shards.
  const node_processes::process& least_busy() const {
    const auto shards_beside = [&](const server_host& host) {
      return std::count_if(servers_.begin(), servers_.end(),
                           [&](const server_host& other) { return other.process.node == host.process.node; });
    };
    return std::min_element(
               servers_.begin(), servers_.end(),
               [&](const server_host& a, const server_host& b) { return shards_beside(a) < shards_beside(b); })
        ->process;
  }

  // Where there is no room for it, which is told, there is none.
  std::optional<node_processes::process> process_of_validator(const validator_part& part) {
    try {
      return processes_.start_beside(least_busy(), role::validator, validator_copies * part.weights * sizeof(float));
    } catch (const failure& why) {
      if (why.code() != errc::resources && why.code() != errc::nodes)
        throw;
      tell_(std::string{why.what()} + "; the validator stays in the driver");
      return std::nullopt;
    }
  }

  validator_face launch_there(const validator_part& part) {
    validator_enlistment made{to_toml(part.which), part.terms, {}};
    made.terms.rows = row_places{self_, processes_, tell_}.of(part, least_busy());
    if (made.terms.rows.parts.empty())
      return {};
    const auto process = process_of_validator(part);
    if (!process)
      return {};
    for (std::size_t i = 0; i < made.terms.shards.size(); ++i)
      made.terms.shards[i].server = gates_[i];
    validator_face there;
    enlist_all<validator_face>({*process}, std::vector<validator_enlistment>{std::move(made)},
                               [&](std::size_t, const validator_face& gate) {
                                 validator_ = validator_host{*process, gate};
                                 log()->info("the validator is on node {}", processes_.describe(*process));
                                 there = self_->spawn(remote_validator, gate, stand_in(part.which));
                               });
    return there;
  }

  enlistment enlistment_of(const worker_part& part, const rows_there& rows) {
    enlistment made{to_toml(part.which), part.terms, {}};
    made.terms.rows = rows;
    if (rows.parts.empty())
      made.terms.loader = loaders_.emplace_back(spawn_loader(self_->system(), part));
    for (std::size_t i = 0; i < made.terms.shards.size(); ++i) {
      made.terms.shards[i].server = gates_[i];
      made.terms.shards[i].start.weights = {}; // it comes from the shard
    }
    return made;
  }

  // All side by side. @param taken hears of each, in order
  template <class Handle, class Enlistment, class Taken>
  void enlist_all(const std::vector<node_processes::process>& processes, std::vector<Enlistment> all, Taken taken) {
    using answer = decltype(self_->request(caf::actor{}, caf::infinite, caf::ok_atom_v));
    std::vector<answer> asked;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto asker = self_->spawn(enlister<Handle, Enlistment>, processes[i].recruit, std::move(all[i]),
                                      freight_terms{caf::duration{processes_.timeout()}});
      asked.push_back(self_->request(asker, caf::infinite, caf::ok_atom_v));
    }
    std::optional<failure> bad;
    for (std::size_t i = 0; i < asked.size(); ++i)
      asked[i].receive([&](const Handle& handle) { taken(i, handle); },
                       [&](const caf::error& why) {
                         if (!bad)
                           bad = processes_.refusal(processes[i], why);
                       });
    if (bad)
      throw failure{*bad};
  }

  caf::scoped_actor& self_;
  const cluster_config& config_;
  std::function<void(const std::string&)> tell_;
  node_processes processes_;
  std::vector<server_host> servers_; // by shard
  std::optional<validator_host> validator_;
  validator_here validator_here_;
  std::vector<shard_gate_actor> gates_; // of the shards, for workers; by shard
  std::map<std::uint32_t, place> places_;
  std::vector<loader_actor> loaders_;
  std::vector<row_keeper_actor> keepers_; // of rows that not all nodes have
};

} // namespace

std::unique_ptr<cluster> make_cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config,
                                               std::function<void(const std::string&)> tell) {
  return std::make_unique<cluster_on_nodes>(self, config, std::move(tell));
}

} // namespace dk
