#pragma once

#include "runtime/job.hpp"

#include <caf/scoped_actor.hpp>
#include <chrono>

namespace dk {

/// The actor that another process has published there, within a deadline: CAF's own call waits for ever on a listener
/// that stays silent. @throws failure (connect) that names the address and the reason
caf::strong_actor_ptr connect_to(caf::scoped_actor& self, const endpoint& where, std::chrono::milliseconds deadline);

} // namespace dk
