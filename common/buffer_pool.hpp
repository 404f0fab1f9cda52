#pragma once

#include <cstddef>
#include <memory>

namespace dk {

/// Blocks of bytes that are used again instead of going back to the kernel: a fresh 4 MB block costs more in page
/// faults than copying it. Safe to call from every thread.
/// @return at least `bytes` bytes, uninitialised, 64-byte aligned; from 2 MiB on backed by huge pages where the kernel
/// grants them. The last owner gives them back to the pool.
/// @throws std::bad_alloc when the system has none
std::shared_ptr<std::byte> pooled_bytes(std::size_t bytes);

/// How many bytes the pool keeps for the next caller.
std::size_t pool_idle_bytes();

/// Gives what is idle back to the kernel; a run does so at its end.
void trim_pool();

} // namespace dk
