#include "runtime/enlist/system.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/enlist/messages.hpp"

#include <algorithm>
#include <caf/io/middleman.hpp>
#include <chrono>
#include <thread>

namespace dk {

namespace {

caf::timespan as_timespan(double seconds) {
  return std::chrono::duration_cast<caf::timespan>(std::chrono::duration<double>(seconds));
}

} // namespace

system_config::system_config(const system_options& options) {
  add_message_types<caf::id_block::dk>();
  add_message_types<caf::id_block::dk_transport>();
  add_message_types<caf::id_block::dk_nodes>();
  add_message_types<caf::id_block::dk_runtime>();
  const auto threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  // One queue for all threads: with more workers than cores they take turns, one chunk at a time, and an idle thread
  // sleeps instead of polling.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::max<std::size_t>(1, threads));
  if (options.virtual_time)
    set("scheduler.policy", caf::atom("testing"));
  if (!options.network)
    return;
  load<caf::io::middleman>();
  set("middleman.workers", std::size_t{0}); // raw blocks need no help to deserialise; a worker would copy them
  set("middleman.app-identifiers", std::vector<std::string>{"dk/1"});
  set("middleman.heartbeat-interval", as_timespan(options.heartbeat_seconds));
  set("middleman.connection-timeout", as_timespan(options.connection_timeout_seconds));
}

} // namespace dk
