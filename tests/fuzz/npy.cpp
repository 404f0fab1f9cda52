// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/npy/npy.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// Numbers take at most twice their bytes; a text, which may be one byte, 8 more, and its bytes while they grow. A field
// of a record takes less than its description in the header 64 times.
std::size_t most_memory(std::string_view bytes) {
  const auto header = bytes.size() < 10 ? 0 : std::min(bytes.size(), std::size_t{1} << 20U);
  return 12 * bytes.size() + 64 * header + usual;
}

void read(std::string_view bytes) {
  table_or_fail([&] {
    const auto file = data::npy::slices_in(data::bytes_in(bytes), "fuzz", "x");
    file->slice(file->rows() / 2, file->rows() - file->rows() / 2); // a part of the rows
    return file->all();
  });
}

} // namespace dk::fuzz
