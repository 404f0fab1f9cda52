// Whatever the bytes: a column of as many numbers as its shape says, or failure (data).
#include "data/formats/idx.hpp"
#include "data/formats/bytes/unpack.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// The file and its column. A file that is packed may be a 32,768th of what it holds, as four bytes of zstd stand for
// 128 KiB; that grows as a text, is copied once, and zstd may ask for a window of 128 MiB.
std::size_t most_memory(std::string_view bytes) {
  const bool is_packed = data::packing_of(bytes) != data::packing::none;
  return is_packed ? 5 * 32768 * bytes.size() + 140 * usual : 2 * bytes.size() + usual;
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
