// Whatever the bytes: the entries of a .keras file, or failure (model).
#include "nn/keras/archive.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 4096 * bytes.size() + 8 * usual; // deflate makes a byte of a thousand; steps of a MiB
}

void read(std::string_view bytes) {
  answer_or_fail({errc::model}, [&] { nn::keras::read_archive(std::string{bytes}); });
}

} // namespace dk::fuzz
