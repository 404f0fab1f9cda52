#pragma once

#include "runtime/messages.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace dk {

/// A worker process's face: becomes a worker of the first run that enlists it. Ends when that worker does, or when
/// nobody has enlisted it within a minute.
recruit_actor::behavior_type recruit(recruit_actor::pointer self);

} // namespace dk
