#pragma once

#include "data/formats/prepared/column_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <xxhash.h>

// How a column's file is laid out (column_file.hpp), for what reads it and what writes it.
namespace dk::data::column_layout {

constexpr std::size_t block_bytes = std::size_t{4} << 20U;
constexpr std::uint32_t version = 1;
constexpr std::array<char, 8> magic{'D', 'K', 'C', 'O', 'L', 'U', 'M', 'N'};

struct header {
  std::array<char, 8> magic = column_layout::magic;
  std::uint32_t version = column_layout::version;
  std::uint32_t packing = 0;
  std::uint64_t size = 0;
  std::uint64_t blocks = 0;
  std::uint64_t index = 0;
  std::uint64_t checksum = 0; ///< of what is before it
  std::array<std::uint64_t, 2> zeros{};
};
constexpr std::size_t header_bytes = sizeof(header);
constexpr std::size_t checked_header_bytes = offsetof(header, checksum);
static_assert(header_bytes == 64 && checked_header_bytes == 40);

/// Of a block, in the index.
struct entry {
  std::uint64_t stored = 0;
  std::uint64_t checksum = 0;
};
constexpr std::size_t entry_bytes = sizeof(entry);
static_assert(entry_bytes == 16);

inline std::uint64_t xxh3(const void* bytes, std::size_t size) {
  return XXH3_64bits(bytes, size);
}

/// Blocks that so many bytes fill.
inline std::uint64_t blocks_of(std::uint64_t bytes) {
  return bytes / block_bytes + (bytes % block_bytes == 0 ? 0 : 1);
}

inline std::size_t unpacked_size(const header& h, std::size_t block) {
  return std::min<std::size_t>(block_bytes, h.size - block * block_bytes);
}

} // namespace dk::data::column_layout
