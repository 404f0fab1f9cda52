#pragma once

#include "common/endpoint.hpp"
#include "common/error.hpp"

#include <caf/scoped_actor.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace dk {

/// The actor that another process has published there, within a deadline: CAF's own call waits for ever on a listener
/// that stays silent. A connection that is refused is tried a few times in a second: on a busy host the other side may
/// have been started just now. @throws failure (connect) that names the address and the reason
caf::strong_actor_ptr connect_to(caf::scoped_actor& self, const endpoint& where, std::chrono::milliseconds deadline);

/// The actors of many processes, side by side.
std::vector<caf::strong_actor_ptr> connect_to_all(caf::scoped_actor& self, const std::vector<endpoint>& all,
                                                  std::chrono::milliseconds deadline);

/// Why an actor was not found there: `why` is what CAF's middleman answered, no error when nothing is published.
failure unreachable(const endpoint& where, const caf::error& why, std::chrono::milliseconds deadline);
failure unreachable(const endpoint& where, const std::string& why);

} // namespace dk
