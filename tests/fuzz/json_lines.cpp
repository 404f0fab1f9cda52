// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/json/json_lines.hpp"
#include "data/formats/json/json_reader.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

namespace {

// The rows of the same lines, taken in two parts. What can be read at once can be read so.
std::size_t rows_in_parts(std::string_view bytes) {
  const auto middle = bytes.find('\n', bytes.size() / 2);
  const auto end = middle == std::string_view::npos ? bytes.size() : middle + 1;
  data::json_lines::reader lines;
  lines.take(bytes.substr(0, end), "fuzz", 0);
  const auto before = lines.rows();
  lines.give("fuzz");
  lines.take(bytes.substr(end), "fuzz", 0);
  return before + lines.rows();
}

} // namespace

// A line as nlohmann::json holds it, and what lines may lack: 8 numbers for each byte, and a million always, three
// times while a column grows.
std::size_t most_memory(std::string_view bytes) {
  constexpr std::size_t of_number = 3 * sizeof(double);
  return (64 + 8 * of_number) * bytes.size() + (of_number << 20U) + usual;
}

void read(std::string_view bytes) {
  table_or_fail([&] {
    auto all = data::json_lines::parse(bytes, "fuzz");
    if (!all.columns().empty() && rows_in_parts(bytes) != all.rows())
      std::abort();
    return all;
  });
}

} // namespace dk::fuzz
