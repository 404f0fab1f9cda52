#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/host_speed.hpp"
#include "runtime/enlist/node_processes.hpp"
#include "runtime/enlist/row_places.hpp"

#include <caf/all.hpp>
#include <map>
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

class cluster_on_nodes : public cluster {
public:
  cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config, std::function<void(const std::string&)> tell)
      : self_(self), config_(config), tell_(std::move(tell)), processes_(self, config, tell_) {}

  ~cluster_on_nodes() override { cluster_on_nodes::close(); }

  std::vector<host_facts> measure(const job& which, std::size_t label_width) override {
    return measure_hosts(self_, processes_, which, label_width);
  }

  std::vector<shard_link> launch_servers(const job& which, const std::vector<server_terms>& all) override {
    if (!serves_on_nodes(which))
      return spawn_servers(self_->system(), which, all, spawn_parameter_server);
    const auto text = to_toml(which);
    const auto on = config_.servers ? config_.servers->nodes : std::vector<endpoint>{};
    std::vector<shard_link> links;
    auto terms = all.begin();
    for (const auto& process : processes_.start_servers(all.size(), on)) {
      self_->request(process.recruit, processes_.timeout(), server_enlistment{text, *terms})
          .receive(
              [&](const server_actor& server) {
                servers_.push_back({process, server});
              },
              [&](const caf::error& why) { throw processes_.refusal(process, why); });
      links.push_back({servers_.back().handle, terms->offset, 0, terms->start, processes_.address(process)});
      ++terms;
    }
    return links;
  }

  void launch(const std::vector<worker_part>& parts) override {
    const auto processes = processes_.start(parts.size());
    const auto rows = row_places{self_, processes_, tell_}.of(parts, processes);
    for (std::size_t i = 0; i < parts.size(); ++i)
      enlist_process(parts[i], rows[i], processes[i]);
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
    for (const auto& [id, at] : places_)
      caf::anon_send_exit(at.handle, caf::exit_reason::user_shutdown);
    for (const auto& one : servers_)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
    loaders_.clear();
    places_.clear();
    servers_.clear();
  }

private:
  void enlist_process(const worker_part& part, const rows_there& rows, const node_processes::process& process) {
    auto terms = part.terms;
    terms.rows = rows;
    if (rows.path.empty())
      terms.loader = loaders_.emplace_back(spawn_loader(self_->system(), part));
    const auto id = terms.worker;
    self_->request(process.recruit, processes_.timeout(), enlistment{to_toml(part.which), std::move(terms)})
        .receive(
            [&](const worker_actor& handle) {
              places_[id] = {process, handle};
              self_->send(part.terms.ledger, caf::join_atom_v, id, caf::actor_cast<caf::strong_actor_ptr>(handle));
            },
            [&](const caf::error& why) { throw processes_.refusal(process, why); });
  }

  caf::scoped_actor& self_;
  const cluster_config& config_;
  std::function<void(const std::string&)> tell_;
  node_processes processes_;
  std::vector<server_host> servers_; // by shard
  std::map<std::uint32_t, place> places_;
  std::vector<loader_actor> loaders_;
};

} // namespace

std::unique_ptr<cluster> make_cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config,
                                               std::function<void(const std::string&)> tell) {
  return std::make_unique<cluster_on_nodes>(self, config, std::move(tell));
}

} // namespace dk
