// Whatever the bytes: a schema, or a column whose every byte is under a checksum, or failure (data).
#include "data/formats/column_file.hpp"
#include "data/formats/shards_schema.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// The schema is JSON; of a column that is packed, blocks of 4 MiB, each with an entry of 16 bytes.
std::size_t most_memory(std::string_view bytes) {
  return 64 * bytes.size() + (bytes.size() / 16 + 1) * (std::size_t{4} << 20U) + usual;
}

void read(std::string_view bytes) {
  answer_or_fail({errc::data}, [&] { data::shards::parse_schema(bytes, "fuzz"); });
  const memory_file file{bytes};
  answer_or_fail({errc::data}, [&] { data::read_column_file(file.path()); });
}

} // namespace dk::fuzz
