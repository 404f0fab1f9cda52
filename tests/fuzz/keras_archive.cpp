// Whatever the bytes: the entries of a .keras file, or failure (model).
#include "common/error.hpp"
#include "nn/keras/archive.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    dk::nn::keras::read_archive({reinterpret_cast<const char*>(data), size});
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::model)
      std::abort();
  }
  return 0;
}
