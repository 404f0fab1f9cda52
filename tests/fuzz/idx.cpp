// Whatever the bytes: a column of as many numbers as its shape says, or failure (data).
#include "data/formats/idx.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int memory = memfd_create("idx", 0); // a file without a disk
  if (memory < 0)
    std::abort();
  if (size > 0 && write(memory, data, size) != static_cast<ssize_t>(size))
    std::abort();
  try {
    const auto file = dk::data::idx::open_rows({}, "/proc/self/fd/" + std::to_string(memory), "features");
    dk::data::table read = file->all();
    if (file->rows() > 1) // a part of the rows is read by itself
      read = file->slice(file->rows() / 2, file->rows() - file->rows() / 2);
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data)
      std::abort();
  }
  close(memory);
  return 0;
}
