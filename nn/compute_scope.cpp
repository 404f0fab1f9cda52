#include "nn/compute_scope.hpp"

#ifdef DK_WITH_ONEDNN
#include <omp.h>
#endif
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

namespace dk::nn {

namespace {

#ifdef __SSE2__
constexpr unsigned flush_to_zero = 0x8000;
constexpr unsigned denormals_are_zero = 0x0040;

unsigned mode() {
  return _mm_getcsr();
}
void set_mode(unsigned to) {
  _mm_setcsr(to);
}
#else
constexpr unsigned flush_to_zero = 0;
constexpr unsigned denormals_are_zero = 0;

unsigned mode() {
  return 0;
}
void set_mode(unsigned) {}
#endif

// OpenMP's number of threads belongs to the calling thread: once is enough.
void stay_on_one_thread() {
#ifdef DK_WITH_ONEDNN
  thread_local const bool done = (omp_set_num_threads(1), true);
  static_cast<void>(done);
#endif
}

} // namespace

compute_scope::compute_scope() : before_(mode()) {
  stay_on_one_thread();
  const auto wanted = before_ | flush_to_zero | denormals_are_zero;
  if (wanted != before_)
    set_mode(wanted);
}

compute_scope::~compute_scope() {
  if (mode() != before_)
    set_mode(before_);
}

} // namespace dk::nn
