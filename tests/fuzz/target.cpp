#include "tests/fuzz/target.hpp"

#include "tests/fuzz/memory_meter.hpp"

#include <cstdint>
#include <cstdio>

namespace dk::fuzz {

namespace {

double share = 0;

} // namespace

double largest_share() {
  return share;
}

} // namespace dk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dk::fuzz;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto most = most_memory(bytes);
  const memory_meter meter;
  read(bytes);
  share = std::max(share, static_cast<double>(meter.peak()) / static_cast<double>(most));
  if (meter.peak() > most) {
    std::fprintf(stderr, "an input of %zu bytes took %zu bytes of memory, %zu is the most that it may\n", size,
                 meter.peak(), most);
    std::abort();
  }
  return 0;
}
