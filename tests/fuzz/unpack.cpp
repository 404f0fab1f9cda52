// Whatever the bytes: what was packed, or failure (data).
#include "data/formats/unpack.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  try {
    constexpr std::size_t most = 1U << 22U;
    dk::data::unpacked(bytes, dk::data::packing_of(bytes), "fuzz", most);
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  return 0;
}
