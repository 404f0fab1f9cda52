#pragma once

#include <cstddef>

namespace dk::nn {

/// Makes the calling thread fit to compute for as long as it lives: denormal numbers are flushed to zero (Adam's
/// moments of inputs that are always zero decay into them, and each costs 100 cycles), and products and convolutions
/// use `threads` threads of OpenMP, this one among them: the same number, the same bits. A few nanoseconds: put one at
/// the top of every message handler that computes. Scopes may nest. Without oneDNN there is always one thread.
class compute_scope {
public:
  explicit compute_scope(std::size_t threads = 1);
  ~compute_scope();
  compute_scope(const compute_scope&) = delete;
  compute_scope& operator=(const compute_scope&) = delete;

private:
  unsigned before_; // the thread's floating-point mode, put back at the end
  std::size_t threads_before_;
};

/// Whether a scope of several threads has more than one: not without oneDNN.
bool can_use_threads();

} // namespace dk::nn
