// Whatever the bytes: a column of as many numbers as its shape says, or failure (data).
#include "data/formats/idx.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 2 * bytes.size() + usual; // the file and its column
}

void read(std::string_view bytes) {
  const memory_file file{bytes};
  table_or_fail([&] {
    const auto rows = data::idx::open_rows({}, file.path(), "features");
    rows->slice(rows->rows() / 2, rows->rows() - rows->rows() / 2); // a part of the rows is read by itself
    return rows->all();
  });
}

} // namespace dk::fuzz
