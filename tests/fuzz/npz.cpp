// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/npz.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  try {
    const auto file = dk::data::npz::slices_in(bytes, "fuzz", {});
    file->slice(file->rows() / 2, file->rows() - file->rows() / 2); // a part of the rows, and then what is before it
    const auto read = file->all();
    for (const auto& column : read.columns())
      if (dk::data::size(column) != read.rows() * width(column))
        std::abort();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  return 0;
}
