#pragma once

#include "common/random.hpp"
#include "runtime/laboratory/opening_times.hpp"
#include "runtime/laboratory/workplace.hpp"

#include <caf/stateful_actor.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace dk {

struct staff_setup {
  std::shared_ptr<const workshop> shop;
  std::vector<server_actor> servers;         ///< the shards themselves, without a network
  std::map<std::uint32_t, workplace> places; ///< of those who are there from the start, by worker
  opening_times opening;                     ///< of hosts; then nobody is there from the start
};

struct staff_state {
  static inline const char* name = "staff";
  using time_point = std::chrono::steady_clock::time_point;

  /// A worker that is about to start: it asks each shard for the center first.
  struct arrival {
    std::vector<shard_link> shards;
    std::size_t missing = 0;
  };

  staff_setup setup;
  std::map<std::uint32_t, arrival> arrivals;     // by worker
  std::set<std::uint32_t> gone;                  // who may be started
  std::map<std::uint32_t, std::uint32_t> starts; // how often each was started
  time_point rows_there;                         // nobody starts before
  std::optional<random_stream> coming;
  std::optional<random_stream> going;
};

/// Whether this worker is there from the start: the first that happens to it, if anything does, is not that it joins.
bool is_there_first(const laboratory_config& world, std::size_t worker);

/// Owns the workers of the laboratory: kills them and starts them again when the config says so, at its times or at
/// random. A worker that is started begins with the newest center and a fresh optimizer. When the staff ends, all that
/// belongs to it ends. On hosts it starts the workers that are there first, each at its opening time.
/// It hears {kill_atom, worker} and {join_atom, worker} besides: that happens at once.
caf::behavior staff(caf::stateful_actor<staff_state>* self, staff_setup setup);

} // namespace dk
