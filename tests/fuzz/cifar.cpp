// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/cifar.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 2 * bytes.size() + usual; // the file and its columns
}

void read(std::string_view bytes) {
  table_or_fail([&] {
    return data::cifar::slices_in(data::bytes_in(bytes), "fuzz",
                                  {"cifar", {{"classes", bytes.size() % 2 == 0 ? 100 : 10}}})
        ->all();
  });
}

} // namespace dk::fuzz
