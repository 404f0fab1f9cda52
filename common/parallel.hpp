#pragma once

#include <cstddef>
#include <functional>

namespace dk {

/// Cores of this machine; at least 1.
std::size_t cores();

/// Calls work(0) ... work(parts - 1), on as many threads as there are cores, this one among them, and waits for all.
/// When some throw, the exception of the lowest part is thrown on.
void in_parallel(std::size_t parts, const std::function<void(std::size_t part)>& work);

/// Cuts [0, count) into ranges of at least `least`, and calls work(first, last) on each, in parallel.
void over_ranges(std::size_t count, std::size_t least,
                 const std::function<void(std::size_t first, std::size_t last)>& work);

/// While a serial_scope exists, in_parallel runs on the calling thread only: use it where every core is busy already.
class serial_scope {
public:
  serial_scope();
  ~serial_scope();
  serial_scope(const serial_scope&) = delete;
  serial_scope& operator=(const serial_scope&) = delete;

private:
  bool before_;
};

} // namespace dk
