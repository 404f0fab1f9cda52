#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace dk::data {

// One column of a prepared folder: 64 bytes of header, the numbers in blocks of 4 MiB (the last is shorter), each
// packed by zstd where the header says so, and an index with the stored size and the XXH3 of every block. Header and
// index have checksums of their own, so that every byte of the file is under one. Little-endian. column_writer.hpp
// writes it.
//
//   header  "DKCOLUMN", u32 version, u32 packing (0 none, 1 zstd), u64 bytes, u64 blocks, u64 where the index starts,
//           u64 XXH3 of the 40 bytes before, 16 zeros
//   index   per block u64 stored bytes, u64 XXH3 of them; then u64 XXH3 of the index

/// A column's file, mapped. A block is checked, and where it is packed unpacked, when its bytes are first asked for.
/// Where the file is cut short while its bytes are in use they are zeros (common/mapped_file.hpp). One thread at a
/// time.
class column_file {
public:
  /// Checks header and index. @throws failure (data) that says what is torn or damaged
  explicit column_file(const std::string& path);
  ~column_file();
  column_file(column_file&&) noexcept;
  column_file& operator=(column_file&&) noexcept;

  /// Of the column, in bytes.
  std::size_t size() const;

  /// Stands for all of the file's content.
  std::uint64_t seal() const;

  /// Bytes [first, first + count): a part of the mapped file, or, where it is packed, of memory; the first byte of all
  /// is 64-byte aligned. Requires first + count <= size(). @throws failure (data) that names the block that is damaged
  std::shared_ptr<const std::byte> bytes(std::size_t first, std::size_t count);

  /// To be called after what `bytes` gave was copied. @throws failure (data) where the file was cut short before
  void check_whole() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// @throws failure (data), always: what is wrong with a file of a prepared folder
[[noreturn]] void damaged_folder(const std::string& path, const std::string& why);

} // namespace dk::data
