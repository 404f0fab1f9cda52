#include "runtime/enlist/cluster.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

class cluster_here : public cluster {
public:
  cluster_here(caf::actor_system& system, server_spawner spawn) : system_(system), spawn_(std::move(spawn)) {}

  ~cluster_here() override { cluster_here::close(); }

  std::vector<shard_link> launch_servers(const job& which, const std::vector<server_terms>& all) override {
    return spawn_servers(system_, which, all, spawn_);
  }

  validator_face launch_validator(const validator_part& part) override {
    validator_ = spawn_validator(system_, part, validator_thread::own);
    return validator_.validator;
  }

  void launch(const std::vector<worker_part>& parts) override {
    for (const auto& part : parts) {
      auto terms = part.terms;
      terms.loader = loaders_.emplace_back(spawn_loader(system_, part));
      const auto& handle = workers_.emplace_back(system_.spawn(worker, make_worker_setup(part.which, terms)));
      caf::anon_send(terms.ledger, caf::join_atom_v, terms.worker, caf::actor_cast<caf::strong_actor_ptr>(handle));
    }
  }

  worker_actor worker_of(std::uint32_t id) const override { return workers_.at(id); }
  std::string describe(std::uint32_t id) const override { return "worker " + std::to_string(id); }
  std::string end_of_server(std::uint32_t) override { return ""; }
  std::string end_of_validator() override { return ""; }
  std::string cause_of_death(std::uint32_t) override { return ""; }
  void put_down(std::uint32_t) override {} // a thread of this process cannot be ended alone; its lease is taken back
  void hear(const process_exit&) override {}
  void hear(const caf::down_msg&) override {}

  void close() override {
    for (const auto& handle : workers_)
      caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
    for (const auto& loader : loaders_)
      caf::anon_send_exit(loader, caf::exit_reason::user_shutdown);
    end(validator_);
    validator_ = {};
    workers_.clear();
    loaders_.clear();
  }

private:
  caf::actor_system& system_;
  server_spawner spawn_;
  std::vector<loader_actor> loaders_;
  std::vector<worker_actor> workers_;
  validator_here validator_;
};

} // namespace

loader_actor spawn_loader(caf::actor_system& system, const worker_part& part) {
  return system.spawn(data_loader,
                      loader_setup{part.rows, part.which.seed, part.which.data.shuffle, part.sampling, part.reader});
}

validator_here spawn_validator(caf::actor_system& system, const validator_part& part, validator_thread how) {
  auto terms = part.terms;
  terms.loader = system.spawn(data_loader, loader_setup{part.rows, validator_part::order, false});
  validator_here both{{}, terms.loader};
  auto setup = make_validator_setup(part.which, std::move(terms));
  both.validator = how == validator_thread::own ? system.spawn<caf::detached>(validator, std::move(setup))
                                                : system.spawn(validator, std::move(setup));
  return both;
}

void end(const validator_here& both) {
  for (const auto& actor : {caf::actor_cast<caf::actor>(both.validator), caf::actor_cast<caf::actor>(both.loader)})
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

server_actor spawn_parameter_server(caf::actor_system& system, const server_setup& setup) {
  return system.spawn(parameter_server, setup);
}

std::vector<shard_link> spawn_servers(caf::actor_system& system, const job& which, const std::vector<server_terms>& all,
                                      const server_spawner& spawn) {
  std::vector<shard_link> links;
  for (const auto& terms : all)
    links.push_back({spawn(system, make_server_setup(which, terms)), terms.offset, 0, terms.start, {}});
  return links;
}

std::vector<host_facts> cluster::measure(const job&, std::size_t) {
  return {};
}

std::unique_ptr<cluster> make_cluster_here(caf::actor_system& system, server_spawner spawn) {
  return std::make_unique<cluster_here>(system, std::move(spawn));
}

} // namespace dk
