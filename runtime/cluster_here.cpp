#include "runtime/cluster.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

class cluster_here : public cluster {
public:
  explicit cluster_here(caf::actor_system& system) : system_(system) {}

  ~cluster_here() override { cluster_here::close(); }

  void launch(const launch_plan& plan) override {
    const auto& job = plan.which;
    for (std::uint32_t id = 0; id < job.trainer.workers; ++id) {
      auto loader = system_.spawn(data_loader, loader_setup{plan.rows, job.seed, job.data.shuffle});
      auto hand = system_.spawn(worker, make_worker_setup(job, {id, plan.run_epoch, plan.rows.label_width, plan.ledger,
                                                                loader, plan.shards, plan.alone_start}));
      caf::anon_send(plan.ledger, caf::join_atom_v, id, caf::actor_cast<caf::strong_actor_ptr>(hand));
      loaders_.push_back(std::move(loader));
      hands_.push_back(std::move(hand));
    }
  }

  worker_actor hand(std::uint32_t id) const override { return hands_.at(id); }
  std::string describe(std::uint32_t id) const override { return "worker " + std::to_string(id); }
  std::string cause_of_death(std::uint32_t) override { return ""; }
  void put_down(std::uint32_t) override {} // a thread of this process cannot be ended alone; its lease is taken back
  void hear(const process_exit&) override {}
  void hear(const caf::down_msg&) override {}

  void close() override {
    for (const auto& hand : hands_)
      caf::anon_send_exit(hand, caf::exit_reason::user_shutdown);
    for (const auto& loader : loaders_)
      caf::anon_send_exit(loader, caf::exit_reason::user_shutdown);
    hands_.clear();
    loaders_.clear();
  }

private:
  caf::actor_system& system_;
  std::vector<loader_actor> loaders_;
  std::vector<worker_actor> hands_;
};

} // namespace

std::unique_ptr<cluster> make_cluster_here(caf::actor_system& system) {
  return std::make_unique<cluster_here>(system);
}

} // namespace dk
