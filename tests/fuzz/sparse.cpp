// Whatever the text: a vector of as many finite-size numbers as asked for, or what is wrong. The first byte picks size
// and first place.
#include "data/transforms/sparse.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::size_t wide = 1 + data[0] / 2;
  std::vector<float> numbers(wide + 1, 7.0F);
  const std::string why =
      dk::data::read_sparse({reinterpret_cast<const char*>(data) + 1, size - 1}, data[0] % 2, numbers.data(), wide);
  if (numbers.back() != 7.0F || (!why.empty() && why.find(';') == std::string::npos))
    std::abort();
  return 0;
}
