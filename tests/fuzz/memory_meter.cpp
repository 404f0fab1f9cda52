#include "tests/fuzz/memory_meter.hpp"

#include <atomic>

#ifdef DK_SANITIZED
extern "C" { // as GCC's sanitizer has them, but no header of it
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                              void (*freed)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* bytes);
}
#endif

namespace dk::fuzz {

namespace {

std::atomic<long long> live{0};
std::atomic<long long> most{0};

#ifdef DK_SANITIZED
void count(const volatile void*, std::size_t size) {
  const auto now = live += static_cast<long long>(size);
  for (auto seen = most.load(); now > seen && !most.compare_exchange_weak(seen, now);) {
  }
}

void discount(const volatile void* bytes) {
  live -= static_cast<long long>(__sanitizer_get_allocated_size(bytes));
}
#endif

} // namespace

bool memory_meter::is_there() {
#ifdef DK_SANITIZED
  static const bool installed = __sanitizer_install_malloc_and_free_hooks(count, discount) != 0;
  return installed;
#else
  return false;
#endif
}

memory_meter::memory_meter() {
  is_there();
  live = 0;
  most = 0;
}

std::size_t memory_meter::peak() const {
  return static_cast<std::size_t>(most.load());
}

} // namespace dk::fuzz
