#pragma once

#include "runtime/messages.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>

namespace dk {

/// A worker process's face: becomes a worker of the first run that enlists it. Ends when that worker does, or when
/// nobody has enlisted it within `patience`.
recruit_actor::behavior_type recruit(recruit_actor::pointer self, std::chrono::seconds patience);

} // namespace dk
