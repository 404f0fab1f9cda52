// Whatever the text: a job whose resolved config reads back as the same job, or failure (config).
#include "runtime/config/job.hpp"
#include "tests/fuzz/target.hpp"

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 256 * bytes.size() + (std::size_t{4} << 20U); // its TOML and the keys with their defaults, several times
}

void read(std::string_view bytes) {
  job found;
  bool is_job = false;
  answer_or_fail({errc::config}, [&] {
    found = parse_job(bytes, "fuzz.cfg", "/base");
    is_job = true;
  });
  if (is_job && !(parse_job(to_toml(found), "again.cfg", "/base") == found)) // a failure here ends the program too
    std::abort();
}

} // namespace dk::fuzz
