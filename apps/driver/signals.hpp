#pragma once

#include <atomic>

namespace dk {

/// Set once somebody has asked the program to stop.
const std::atomic<bool>& stop_flag();

/// From now on the first ^C (SIGINT), SIGTERM or SIGHUP sets the flag; the second ends the program at once, with exit
/// status 130, 143 or 129.
/// @param way_out a literal: how to go on then
void stop_on_signals(const char* way_out = "go on from the last checkpoint with: dk_driver --resume FOLDER");

/// The signal that set the flag; 0 when none did.
int stopping_signal();

} // namespace dk
