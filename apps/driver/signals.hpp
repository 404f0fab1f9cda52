#pragma once

#include <atomic>

namespace dk {

/// From now on the first ^C (SIGINT) or SIGTERM sets the flag that is returned; the second ends the program at once,
/// with exit status 130 or 143.
const std::atomic<bool>& stop_on_signals();

/// The signal that set the flag; 0 when none did.
int stopping_signal();

} // namespace dk
