// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/npy/npz.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// Deflate makes up to 1,032 bytes of one: an array, and a column of at most twice its bytes, or of texts of a byte.
std::size_t most_memory(std::string_view bytes) {
  return 1032 * (1 + 12) * bytes.size() + usual;
}

void read(std::string_view bytes) {
  table_or_fail([&] {
    const auto file = data::npz::slices_in(bytes, "fuzz", {});
    file->slice(file->rows() / 2, file->rows() - file->rows() / 2); // a part of the rows, and then what is before it
    return file->all();
  });
}

} // namespace dk::fuzz
