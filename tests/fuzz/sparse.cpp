// Whatever the text: a vector of as many finite-size numbers as asked for, or what is wrong. The first byte picks size
// and first place.
#include "data/transforms/sparse.hpp"
#include "tests/fuzz/target.hpp"

#include <string>
#include <vector>

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 2 * bytes.size() + usual;
}

void read(std::string_view bytes) {
  if (bytes.empty())
    return;
  const auto chosen = static_cast<unsigned char>(bytes.front());
  const std::size_t wide = 1 + chosen / 2;
  std::vector<float> numbers(wide + 1, 7.0F);
  const std::string why = data::read_sparse(bytes.substr(1), chosen % 2, numbers.data(), wide);
  if (numbers.back() != 7.0F || (!why.empty() && why.find(';') == std::string::npos))
    std::abort();
}

} // namespace dk::fuzz
