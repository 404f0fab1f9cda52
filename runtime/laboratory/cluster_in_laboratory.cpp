#include "runtime/laboratory/laboratory.hpp"
#include "runtime/laboratory/network.hpp"
#include "runtime/laboratory/pace.hpp"
#include "runtime/laboratory/staff.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

class cluster_in_laboratory : public cluster {
public:
  cluster_in_laboratory(caf::actor_system& system, const laboratory_plan& plan) : system_(system), plan_(plan) {}

  ~cluster_in_laboratory() override { cluster_in_laboratory::close(); }

  void launch(const launch_plan& plan) override {
    const auto& world = plan.which.laboratory;
    auto shop = std::make_shared<workshop>();
    shop->which = plan.which;
    shop->rows = plan.rows;
    shop->run_epoch = plan.run_epoch;
    shop->ledger = plan.ledger;
    shop->alone_start = plan.alone_start;
    shop->slowness = slowness_of(world, plan.which.trainer.workers);
    shop->shards = behind_networks(plan);
    staff_setup setup;
    for (std::uint32_t id = 0; id < plan.which.trainer.workers; ++id)
      if (is_there_first(world, id))
        setup.places[id] = place_worker(system_, *shop, id, 0, shop->shards);
    first_ = setup.places.begin()->second.worker;
    for (const auto& link : plan.shards)
      setup.servers.push_back(link.server);
    setup.shop = std::move(shop);
    staff_ = system_.spawn(staff, std::move(setup));
  }

  worker_actor hand(std::uint32_t) const override { return first_; } // asked of a lone worker only
  std::string describe(std::uint32_t id) const override { return "worker " + std::to_string(id); }
  std::string cause_of_death(std::uint32_t) override { return ""; }
  void put_down(std::uint32_t id) override { caf::anon_send(staff_, kill_atom_v, id); }
  void hear(const process_exit&) override {}
  void hear(const caf::down_msg&) override {}

  void close() override {
    if (staff_)
      caf::anon_send_exit(staff_, caf::exit_reason::user_shutdown);
    for (const auto& network : networks_)
      caf::anon_send_exit(network, caf::exit_reason::user_shutdown);
    first_ = nullptr;
    staff_ = nullptr;
    networks_.clear();
  }

private:
  // The shards as the workers know them: each behind a network.
  std::vector<shard_link> behind_networks(const launch_plan& plan) {
    const auto& world = plan.which.laboratory;
    auto links = plan.shards;
    for (std::size_t i = 0; i < links.size(); ++i) {
      network_setup setup;
      setup.server = links[i].server;
      setup.slice_bytes =
          sizeof(float) * (plan_.weights == 0 ? links[i].start.weights.size() : plan_.weights / links.size());
      setup.world = world;
      setup.seed = derive_seed(world.seed, purpose::network, {i});
      networks_.push_back(system_.spawn(network, std::move(setup)));
      links[i].server = networks_.back();
    }
    return links;
  }

  caf::actor_system& system_;
  const laboratory_plan& plan_;
  std::vector<network_actor> networks_;
  worker_actor first_;
  caf::actor staff_;
};

} // namespace

std::unique_ptr<cluster> make_cluster_in_laboratory(caf::actor_system& system, const laboratory_plan& plan) {
  return std::make_unique<cluster_in_laboratory>(system, plan);
}

} // namespace dk
