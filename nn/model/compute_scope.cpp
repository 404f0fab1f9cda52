#include "nn/model/compute_scope.hpp"

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

// OpenMP's number of threads belongs to the calling thread, which remembers what it was told last; 0 before that.
thread_local std::size_t threads_now = 0;

void use_threads([[maybe_unused]] std::size_t count) {
  if (count == threads_now)
    return;
#ifdef DK_WITH_ONEDNN
  omp_set_num_threads(static_cast<int>(count));
#endif
  threads_now = count;
}

} // namespace

bool can_use_threads() {
#ifdef DK_WITH_ONEDNN
  return true;
#else
  return false;
#endif
}

compute_scope::compute_scope(std::size_t threads) : before_(mode()), threads_before_(threads_now) {
  use_threads(threads);
  const auto wanted = before_ | flush_to_zero | denormals_are_zero;
  if (wanted != before_)
    set_mode(wanted);
}

compute_scope::~compute_scope() {
  if (mode() != before_)
    set_mode(before_);
  if (threads_before_ > 0)
    use_threads(threads_before_);
}

} // namespace dk::nn
