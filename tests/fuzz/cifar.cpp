// Whatever the bytes: columns of as many cells as there are rows, or failure (data).
#include "data/formats/cifar.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  try {
    const auto read = dk::data::cifar::slices_in(dk::data::bytes_in(bytes), "fuzz",
                                                 {"cifar", {{"classes", size % 2 == 0 ? 100 : 10}}})
                          ->all();
    for (const auto& column : read.columns())
      if (dk::data::size(column) != read.rows() * width(column))
        std::abort();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  return 0;
}
