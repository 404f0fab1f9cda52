// Whatever the bytes: rows of numbers, or failure (data). The first byte picks the source's keys.
#include "data/formats/csv.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  auto keys = nlohmann::json::object();
  if ((data[0] & 1U) != 0)
    keys["label"] = "b";
  if ((data[0] & 2U) != 0)
    keys["features"] = {"a", "c"};
  if ((data[0] & 4U) != 0)
    keys["delimiter"] = ";";
  if ((data[0] & 8U) != 0)
    keys["columns"] = "*";
  if ((data[0] & 16U) != 0)
    keys["header"] = false;
  if ((data[0] & 32U) != 0)
    keys["missing"] = {"", "NA"};
  try {
    const auto text = dk::data::file_content::of({reinterpret_cast<const char*>(data) + 1, size - 1});
    const auto read = dk::data::csv::parse(text, "fuzz", {"csv", std::move(keys)});
    for (const auto& column : read.columns())
      if (dk::data::size(column) != read.rows() * width(column) || width(column) == 0)
        std::abort();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  return 0;
}
