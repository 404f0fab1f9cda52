#pragma once

namespace dk::nn {

/// Makes the calling thread fit to compute for as long as it lives: denormal numbers are flushed to zero (Adam's
/// moments of inputs that are always zero decay into them, and each costs 100 cycles), and products stay on this thread
/// instead of starting OpenMP's. A few nanoseconds: put one at the top of every message handler that computes. Scopes
/// may nest.
class compute_scope {
public:
  compute_scope();
  ~compute_scope();
  compute_scope(const compute_scope&) = delete;
  compute_scope& operator=(const compute_scope&) = delete;

private:
  unsigned before_; // the thread's floating-point mode, put back at the end
};

} // namespace dk::nn
