#pragma once

#include "runtime/enlist/messages.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>

namespace dk {

/// A worker process's face: becomes a worker, or a shard, of the first run that enlists it, and ends when that does; or
/// works on rows, with one row_worker after the other, until it is ended. Ends, too, when nobody has enlisted it within
/// `patience`.
recruit_actor::behavior_type recruit(recruit_actor::pointer self, std::chrono::seconds patience);

} // namespace dk
