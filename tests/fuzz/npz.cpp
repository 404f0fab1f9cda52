// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/npz.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// Deflate makes up to 1,032 bytes of one: an array, and a column of at most twice its bytes, or of texts of a byte.
std::size_t most_memory(std::string_view bytes) {
  return 1032 * (1 + 12) * bytes.size() + usual;
}

void read(std::string_view bytes) {
  table_or_fail([&] { return data::npz::parse(bytes, "fuzz", {}); });
}

} // namespace dk::fuzz
