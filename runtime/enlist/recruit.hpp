#pragma once

#include "runtime/enlist/messages.hpp"
#include "runtime/enlist/row_source.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace dk {

/// A worker process's face: becomes a worker, a shard or the validator of the first run that enlists it, and ends when
/// that does; or works on rows, with one row_worker after the other, until it is ended. Its node ends it with its
/// driver.
/// @param read how training rows are read here
recruit_actor::behavior_type recruit(recruit_actor::pointer self, row_source read);

} // namespace dk
