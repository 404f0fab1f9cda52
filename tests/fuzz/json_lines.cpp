// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/json_lines.hpp"
#include "common/error.hpp"
#include "data/formats/json_reader.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// The rows of the same lines, taken in two parts. What can be read at once can be read so.
std::size_t rows_in_parts(std::string_view bytes) {
  const auto middle = bytes.find('\n', bytes.size() / 2);
  const auto end = middle == std::string_view::npos ? bytes.size() : middle + 1;
  dk::data::json_lines::reader lines;
  lines.take(bytes.substr(0, end), "fuzz", 0);
  const auto before = lines.rows();
  lines.give("fuzz");
  lines.take(bytes.substr(end), "fuzz", 0);
  return before + lines.rows();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  try {
    const auto read = dk::data::json_lines::parse(bytes, "fuzz");
    if (!read.columns().empty() && rows_in_parts(bytes) != read.rows())
      std::abort();
    for (const auto& column : read.columns())
      if (dk::data::size(column) != read.rows() * width(column))
        std::abort();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  return 0;
}
