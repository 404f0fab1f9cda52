// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/json_lines.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// A line as nlohmann::json holds it, and what lines may lack: 8 numbers for each byte, and a million always, three
// times while a column grows.
std::size_t most_memory(std::string_view bytes) {
  constexpr std::size_t of_number = 3 * sizeof(double);
  return (64 + 8 * of_number) * bytes.size() + (of_number << 20U) + usual;
}

void read(std::string_view bytes) {
  table_or_fail([&] { return data::json_lines::parse(bytes, "fuzz"); });
}

} // namespace dk::fuzz
