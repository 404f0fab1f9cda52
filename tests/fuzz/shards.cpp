// Whatever the bytes: a schema, or a column whose every byte is under a checksum, or failure (data).
#include "common/error.hpp"
#include "data/formats/column_file.hpp"
#include "data/formats/shards_cells.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

template <class F>
void reading(F f) {
  try {
    f();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reading([&] { dk::data::shards::parse_schema({reinterpret_cast<const char*>(data), size}, "fuzz"); });
  const int memory = memfd_create("shard", 0); // a file without a disk
  if (memory < 0 || (size > 0 && write(memory, data, size) != static_cast<ssize_t>(size)))
    std::abort();
  reading([&] {
    dk::data::column_file column{"/proc/self/fd/" + std::to_string(memory)};
    column.bytes(0, column.size());
    const auto rows = column.size() / 4;
    for (const std::string about_type : {"text", "i32"}) {
      const auto of_type = about_type == "text" ? std::min<std::size_t>(rows, 2) : rows;
      dk::data::shards::column_entry about;
      about.type = about_type;
      about.file = std::to_string(memory);
      about.seal = column.seal();
      reading([&] {
        dk::data::shards::stored_column stored{about, "/proc/self/fd", of_type};
        stored.rows(of_type / 2, of_type - of_type / 2); // a part of the rows, and then all
        stored.rows(0, of_type);
      });
    }
  });
  close(memory);
  return 0;
}
