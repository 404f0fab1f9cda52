// Whatever the bytes: rows of numbers, or failure (data). The first byte picks the source's keys.
#include "data/formats/csv/csv.hpp"
#include "tests/fuzz/table_target.hpp"

namespace dk::fuzz {

// The file; of each field, which may be one byte, 8 bytes as a number or as a text that is empty, twice while the
// pieces of a column are put together; and what is kept of each column.
std::size_t most_memory(std::string_view bytes) {
  constexpr std::size_t of_column = 512;
  const auto first_line = bytes.substr(0, bytes.find('\n', bytes.find_first_not_of("\r\n", 1)));
  const auto delimiters =
      std::count(first_line.begin(), first_line.end(), ',') + std::count(first_line.begin(), first_line.end(), ';');
  return (1 + 16) * bytes.size() + of_column * static_cast<std::size_t>(delimiters + 1) + usual;
}

void read(std::string_view bytes) {
  if (bytes.empty())
    return;
  const auto chosen = static_cast<unsigned char>(bytes.front());
  auto keys = nlohmann::json::object();
  if ((chosen & 1U) != 0)
    keys["label"] = "b";
  if ((chosen & 2U) != 0)
    keys["features"] = {"a", "c"};
  if ((chosen & 4U) != 0)
    keys["delimiter"] = ";";
  if ((chosen & 8U) != 0)
    keys["columns"] = "*";
  if ((chosen & 16U) != 0)
    keys["header"] = false;
  if ((chosen & 32U) != 0)
    keys["missing"] = {"", "NA"};
  table_or_fail([&] { return data::csv::parse(data::file_content::of(bytes.substr(1)), "fuzz", {"csv", keys}); });
}

} // namespace dk::fuzz
