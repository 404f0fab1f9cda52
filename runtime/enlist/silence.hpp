#pragma once

#include "common/endpoint.hpp"

#include <chrono>

namespace dk {

/// Breaks this process's connections to an address when what was sent there is not acknowledged for so long. The
/// middleman notices a peer from which nothing comes; it does not notice one that nothing reaches, and at the end of a
/// program would wait for it, as long as the system tries: a quarter of an hour.
void break_when_unheard(const endpoint& peer, std::chrono::milliseconds limit);

} // namespace dk
