#include "runtime/laboratory/laboratory.hpp"
#include "runtime/laboratory/pace.hpp"
#include "runtime/laboratory/simulated_link.hpp"
#include "runtime/laboratory/staff.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

class cluster_in_laboratory : public cluster {
public:
  cluster_in_laboratory(caf::actor_system& system, const job& which, const laboratory_plan& plan)
      : system_(system), job_(which), plan_(plan) {}

  ~cluster_in_laboratory() override { cluster_in_laboratory::close(); }

  std::vector<shard_link> launch_servers(const job& which, const std::vector<server_terms>& all) override {
    return spawn_servers(system_, which, all, plan_.serve ? plan_.serve : spawn_parameter_server);
  }

  // One thread for all, and measuring takes no time.
  validator_face launch_validator(const validator_part& part) override {
    validator_ = spawn_validator(system_, part, validator_thread::shared);
    return validator_.validator;
  }

  void launch(const std::vector<worker_part>& parts) override {
    const auto& shards = parts.front().terms.shards; // all have the same
    auto shop = std::make_shared<workshop>(
        workshop{job_, parts, behind_links(shards), slowness_of(job_.laboratory, parts.size())});
    staff_setup setup;
    if (job_.laboratory.hosts > 0)
      setup.opening = opening_times_of(job_, plan_.row_bytes * static_cast<double>(parts.front().rows.rows),
                                       sizeof(float) * static_cast<double>(weights_of_all(shards)));
    else
      setup.places = place_workers(*shop);
    for (const auto& link : shards)
      setup.servers.push_back(link.server);
    setup.shop = std::move(shop);
    staff_ = system_.spawn(staff, std::move(setup));
  }

  worker_actor worker_of(std::uint32_t id) const override {
    return workers_.at(id);
  } // asked of those who have no server
  std::string describe(std::uint32_t id) const override { return "worker " + std::to_string(id); }
  std::string end_of_server(std::uint32_t) override { return ""; }
  std::string end_of_validator() override { return ""; }
  std::string cause_of_death(std::uint32_t) override { return ""; }
  void put_down(std::uint32_t id) override { caf::anon_send(staff_, kill_atom_v, id); }
  void hear(const process_exit&) override {}
  void hear(const caf::down_msg&) override {}

  void close() override {
    if (staff_)
      caf::anon_send_exit(staff_, caf::exit_reason::user_shutdown);
    for (const auto& link : links_)
      caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
    if (network_)
      caf::anon_send_exit(network_, caf::exit_reason::user_shutdown);
    end(validator_);
    validator_ = {};
    workers_.clear();
    staff_ = nullptr;
    links_.clear();
    network_ = nullptr;
  }

private:
  std::map<std::uint32_t, workplace> place_workers(const workshop& shop) {
    std::map<std::uint32_t, workplace> places;
    for (std::uint32_t id = 0; id < shop.parts.size(); ++id)
      if (is_there_first(job_.laboratory, id))
        places[id] = place_worker(system_, shop, id, 0, shop.shards);
    for (const auto& [id, place] : places)
      workers_[id] = place.worker;
    return places;
  }

  // As many as messages count.
  std::uint64_t weights_of_all(const std::vector<shard_link>& shards) const {
    std::uint64_t sum = 0;
    for (const auto& link : shards)
      sum += link.start.weights.size();
    return plan_.weights != 0 ? plan_.weights : sum;
  }

  // The shards as the workers know them: each behind a simulated_link.
  std::vector<shard_link> behind_links(std::vector<shard_link> links) {
    const auto& world = job_.laboratory;
    if (world.hosts > 0)
      network_ =
          system_.spawn(simulated_network, simulated_network_setup{world.hosts + 1, world.bandwidth, world.latency});
    for (std::size_t i = 0; i < links.size(); ++i) {
      simulated_link_setup setup;
      setup.server = links[i].server;
      setup.dry = plan_.weights != 0;
      setup.weights = setup.dry ? plan_.weights / links.size() : links[i].start.weights.size();
      setup.compression = job_.trainer.compress;
      setup.world = world;
      setup.seed = derive_seed(world.seed, purpose::network, {i});
      setup.shard = static_cast<std::uint32_t>(i);
      setup.network = network_;
      links_.push_back(system_.spawn(simulated_link, std::move(setup)));
      links[i].server = links_.back();
    }
    return links;
  }

  caf::actor_system& system_;
  const job& job_;
  const laboratory_plan& plan_;
  simulated_network_actor network_; // between hosts
  std::vector<simulated_link_actor> links_;
  std::map<std::uint32_t, worker_actor> workers_; // who were there first
  caf::actor staff_;
  validator_here validator_;
};

} // namespace

std::unique_ptr<cluster> make_cluster_in_laboratory(caf::actor_system& system, const job& which,
                                                    const laboratory_plan& plan) {
  return std::make_unique<cluster_in_laboratory>(system, which, plan);
}

} // namespace dk
