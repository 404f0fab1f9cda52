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
    data::table all;
    all.put(data::idx::read_column(file.path(), "features"));
    return all;
  });
}

} // namespace dk::fuzz
