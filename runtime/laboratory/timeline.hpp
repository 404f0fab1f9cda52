#pragma once

#include <caf/fwd.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace caf::scheduler {
class test_coordinator;
} // namespace caf::scheduler

namespace dk {

/// The course of virtual time. One thread handles one message at a time; when none is left that is due now, the clock
/// jumps to what is due next. What is due at the same time happens in the order in which it was asked for.
/// Requires an actor system whose scheduler waits to be stepped (system_options::virtual_time).
class timeline {
public:
  explicit timeline(caf::actor_system& system);

  /// Handles every message that is due now, also those that come of it.
  void settle();

  /// Lets time pass until `done` holds, which is asked each time when everything is settled, or until this much real
  /// time is spent. @throws failure (internal) when nothing is left that could happen
  void pass(const std::function<bool()>& done, std::chrono::milliseconds real_time);

  /// Lets go of all that would still have become due.
  void end();

  /// Messages handled so far.
  std::uint64_t messages() const { return messages_; }

private:
  caf::scheduler::test_coordinator& scheduler_;
  std::uint64_t messages_ = 0;
};

} // namespace dk
