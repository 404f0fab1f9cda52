// Whatever the bytes: what was packed, or failure (data).
#include "data/formats/bytes/unpack.hpp"
#include "tests/fuzz/target.hpp"

namespace dk::fuzz {

namespace {

constexpr std::size_t most = std::size_t{4} << 20U;

} // namespace

// What is asked for, twice while it grows, and the window that a zstd frame may ask for.
std::size_t most_memory(std::string_view bytes) {
  return 2 * bytes.size() + 3 * most + (std::size_t{130} << 20U);
}

void read(std::string_view bytes) {
  answer_or_fail({errc::data}, [&] { data::unpacked(bytes, data::packing_of(bytes), "fuzz", most); });
}

} // namespace dk::fuzz
