#pragma once

#include <cstddef>

namespace dk {

/// How many files, sockets and pipes this process may still open; some are kept for what it does besides.
std::size_t free_handles();

/// How many it may have open in all.
std::size_t most_handles();

/// Lets it open as many as the system allows. Programs that talk to many others call it when they start; a limit that
/// somebody set for good stays.
void raise_handles();

} // namespace dk
