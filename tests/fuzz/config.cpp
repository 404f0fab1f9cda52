// Whatever the text: a job whose resolved config reads back as the same job, or failure (config).
#include "common/error.hpp"
#include "runtime/job.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dk::job read;
  try {
    read = dk::parse_job({reinterpret_cast<const char*>(data), size}, "fuzz.cfg", "/base");
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::config)
      std::abort();
    return 0;
  }
  if (!(dk::parse_job(dk::to_toml(read), "again.cfg", "/base") == read)) // a failure here ends the program too
    std::abort();
  return 0;
}
