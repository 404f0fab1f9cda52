#include "runtime/laboratory/timeline.hpp"

#include "common/error.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace dk {

namespace {

constexpr int steps_between_looks = 64; // at the real clock

} // namespace

timeline::timeline(caf::actor_system& system)
    : scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {}

void timeline::settle() {
  messages_ += scheduler_.run();
}

void timeline::pass(const std::function<bool()>& done, std::chrono::milliseconds real_time) {
  const auto until = std::chrono::steady_clock::now() + real_time;
  settle();
  for (int step = 0; !done(); ++step) {
    if (step == steps_between_looks) {
      step = 0;
      if (std::chrono::steady_clock::now() >= until)
        return;
    }
    if (!scheduler_.trigger_timeout())
      throw failure{errc::internal, "no event is left in the laboratory, but the run is not over"};
    settle();
  }
}

void timeline::end() {
  settle();
  scheduler_.clock().cancel_all();
}

} // namespace dk
