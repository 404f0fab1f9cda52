#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace dk::data {

/// Writes a column's file (column_file.hpp) as its bytes come. Between two calls no file is open, so that there may be
/// any number of columns; of one that is packed a block is in memory, of others nothing.
class column_writer {
public:
  /// Replaces what is at the path. @throws failure (resources)
  column_writer(std::string path, bool packed);
  ~column_writer();
  column_writer(column_writer&&) noexcept;
  column_writer& operator=(column_writer&&) noexcept;

  /// @throws failure (resources), as when the disk is full
  void append(const void* bytes, std::size_t size);

  /// All has been appended: the file is whole. @returns its seal. @throws failure (resources)
  std::uint64_t done();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dk::data
