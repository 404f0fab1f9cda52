// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/raw_floats.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return bytes.size() + usual; // its column
}

void read(std::string_view bytes) {
  table_or_fail([&] {
    return data::raw_floats::slices_in(data::bytes_in(bytes), "fuzz", {"raw_floats", {{"width", 2}}})->all();
  });
}

} // namespace dk::fuzz
