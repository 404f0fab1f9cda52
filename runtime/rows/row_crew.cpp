#include "runtime/rows/row_crew.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/enlist/node_processes.hpp"
#include "runtime/enlist/row_enlist.hpp"
#include "runtime/enlist/system.hpp"

#include <caf/all.hpp>
#include <optional>
#include <utility>

namespace dk {

namespace {

class crew_config : public system_config {
public:
  explicit crew_config(const system_options& options) : system_config(options) {
    add_message_types<caf::id_block::dk_rows>();
  }
};

class crew_here final : public row_crew {
public:
  explicit crew_here(std::function<void(const std::string&)> tell)
      : config_(system_options{}), system_(config_), tell_(std::move(tell)) {}

  caf::actor_system& system() override { return system_; }

  std::vector<crew_worker> set_to(const row_worker_setup& task) override {
    std::vector<crew_worker> all;
    const auto cores = system_.scheduler().num_workers();
    for (std::size_t i = 0; i < cores; ++i)
      all.push_back({i, system_.spawn(row_worker, task)});
    return all;
  }

  std::string bury(std::size_t) override { return "a worker ended"; }
  void tell(const std::string& text) override { tell_(text); }

private:
  crew_config config_;
  caf::actor_system system_;
  std::function<void(const std::string&)> tell_;
};

system_options with_network(const cluster_config& config) {
  system_options options;
  options.threads = 1; // others compute
  options.network = true;
  options.heartbeat_seconds = config.heartbeat;
  options.connection_timeout_seconds = config.connection_timeout;
  return options;
}

class crew_on_nodes final : public row_crew {
public:
  crew_on_nodes(const cluster_config& config, std::function<void(const std::string&)> tell)
      : config_(with_network(config)), system_(config_), self_(system_), tell_(std::move(tell)),
        processes_(self_, config, tell_) {
    for (auto& process : processes_.start_all())
      all_.emplace_back(std::move(process));
  }

  ~crew_on_nodes() override {
    std::vector<node_processes::process> left;
    for (const auto& one : all_)
      if (one)
        left.push_back(*one);
    processes_.dismiss(left);
  }

  caf::actor_system& system() override { return system_; }

  std::vector<crew_worker> set_to(const row_worker_setup& task) override {
    const auto terms = enlistment_of(task);
    std::vector<crew_worker> workers;
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (all_[i])
        self_->request(all_[i]->recruit, processes_.timeout(), terms)
            .receive(
                [&](const row_worker_actor& worker) {
                  workers.push_back({i, worker});
                },
                [&](const caf::error& why) { throw processes_.refusal(*all_[i], why); });
    if (workers.empty())
      throw failure{errc::nodes, "no worker is left on any node; start the nodes again"};
    return workers;
  }

  std::string bury(std::size_t which) override {
    const auto gone = *std::exchange(all_[which], std::nullopt);
    const auto cause = processes_.cause_of_death(gone);
    return "a worker (" + processes_.describe(gone) + ") " + (cause.empty() ? "ended" : cause);
  }

  void tell(const std::string& text) override { tell_(text); }

private:
  crew_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  std::function<void(const std::string&)> tell_;
  node_processes processes_;
  std::vector<std::optional<node_processes::process>> all_; // those that live
};

} // namespace

std::unique_ptr<row_crew> make_row_crew(const cluster_config& config, std::function<void(const std::string&)> tell) {
  if (config.nodes.empty())
    return std::make_unique<crew_here>(std::move(tell));
  return std::make_unique<crew_on_nodes>(config, std::move(tell));
}

} // namespace dk
