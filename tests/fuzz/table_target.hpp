#pragma once

#include "data/table.hpp"
#include "tests/fuzz/target.hpp"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace dk::fuzz {

/// `parse` gives columns of as many cells as there are rows, or failure (data).
template <class Parse>
void table_or_fail(Parse parse) {
  answer_or_fail({errc::data}, [&] {
    const data::table read = parse();
    for (const auto& column : read.columns())
      if (data::size(column) != read.rows() * width(column) || width(column) == 0)
        std::abort();
  });
}

/// A file without a disk.
class memory_file {
public:
  explicit memory_file(std::string_view bytes) : number_(memfd_create("fuzz", 0)) {
    if (number_ < 0 ||
        (!bytes.empty() && write(number_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())))
      std::abort();
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file() { close(number_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

private:
  int number_;
};

} // namespace dk::fuzz
