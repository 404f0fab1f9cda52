#include "runtime/laboratory/laboratory_venue.hpp"

#include "common/error.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

constexpr std::chrono::milliseconds real_time_slice{100}; // of real time, at progress and signals

} // namespace

system_options laboratory_venue::system(const job& which) const {
  auto options = venue::system(which);
  options.virtual_time = true;
  return options;
}

std::unique_ptr<cluster> laboratory_venue::make_cluster(caf::scoped_actor& self, const job& which,
                                                        std::function<void(const std::string&)>) {
  return make_cluster_in_laboratory(self->home_system(), which, plan_);
}

// Messages are lost there, and every worker has a core of its own.
ledger_actor laboratory_venue::spawn_ledger(caf::actor_system& system, const job& which, ledger_setup setup) {
  setup.request_timeout = request_timeout_of(which);
  return system.spawn(ledger, std::move(setup));
}

std::chrono::milliseconds laboratory_venue::wait_for_news(const caf::scoped_actor& self) {
  timeline_->pass([&] { return self->has_next_message(); }, real_time_slice);
  return std::chrono::milliseconds{0};
}

void laboratory_venue::settle(const caf::scoped_actor& self) {
  timeline_->settle();
  if (!self->has_next_message())
    throw failure{errc::internal, "an actor of the laboratory does not answer at once"};
}

} // namespace dk
