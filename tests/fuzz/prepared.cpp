// Whatever the bytes: a schema, or a column whose every byte is under a checksum, or failure (data).
#include "data/formats/prepared/column_file.hpp"
#include "data/formats/prepared/prepared_cells.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

namespace {

// A part of the rows, and then all.
void read_as(const std::string& type, const data::column_file& column, const memory_file& file, std::size_t rows) {
  data::prepared::column_entry about;
  about.type = type;
  about.file = file.path().substr(file.path().rfind('/') + 1);
  about.seal = column.seal();
  answer_or_fail({errc::data}, [&] {
    data::prepared::stored_column stored{about, "/proc/self/fd", rows};
    stored.rows(rows / 2, rows - rows / 2);
    stored.rows(0, rows);
  });
}

} // namespace

// The schema is JSON; of a column that is packed, blocks of 4 MiB, each with an entry of 16 bytes.
std::size_t most_memory(std::string_view bytes) {
  return 64 * bytes.size() + (bytes.size() / 16 + 1) * (std::size_t{4} << 20U) + usual;
}

void read(std::string_view bytes) {
  answer_or_fail({errc::data}, [&] { data::prepared::parse_schema(bytes, "fuzz"); });
  const memory_file file{bytes};
  answer_or_fail({errc::data}, [&] {
    data::column_file column{file.path()};
    column.bytes(0, column.size());
    read_as("i32", column, file, column.size() / 4);
    read_as("text", column, file, std::min<std::size_t>(column.size() / 4, 2));
  });
}

} // namespace dk::fuzz
