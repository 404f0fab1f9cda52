#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace dk::data {

// One column of a shard folder: 64 bytes of header, the numbers in blocks of 4 MiB (the last is shorter), each packed
// by zstd where the header says so, and an index with the stored size and the XXH3 of every block. Header and index
// have checksums of their own, so that every byte of the file is under one. Little-endian.
//
//   header  "DKCOLUMN", u32 version, u32 packing (0 none, 1 zstd), u64 bytes, u64 blocks, u64 where the index starts,
//           u64 XXH3 of the 40 bytes before, 16 zeros
//   index   per block u64 stored bytes, u64 XXH3 of them; then u64 XXH3 of the index

/// The bytes of a column: a part of the mapped file, or, where it was packed, of memory. 64-byte aligned.
struct column_bytes {
  std::shared_ptr<const std::byte> bytes;
  std::size_t size = 0;
  std::uint64_t seal = 0; ///< stands for all of the file's content
};

/// @returns the seal. @throws failure (resources)
std::uint64_t write_column_file(const std::string& path, const void* bytes, std::size_t size, bool packed);

/// Maps a file and checks all of it. Requires that nobody shortens the file while its bytes are in use.
/// @throws failure (data) that names the file and the block that is torn or damaged
column_bytes read_column_file(const std::string& path);

/// @throws failure (data), always: what is wrong with a file of a shard folder
[[noreturn]] void damaged_shards(const std::string& path, const std::string& why);

} // namespace dk::data
