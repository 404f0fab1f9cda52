#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dk::data {

/// Bytes that are read at any place. One thread at a time.
class byte_source {
public:
  virtual ~byte_source() = default;

  virtual std::size_t size() const = 0;

  /// Copies bytes [first, first + count). Requires first + count <= size(). @throws failure (data) when they are
  /// damaged, or no longer there
  virtual void read(std::byte* to, std::size_t first, std::size_t count) = 0;

  /// Whether what lies before the last read costs a new start.
  virtual bool is_sequential() const { return false; }
};

using byte_source_ptr = std::unique_ptr<byte_source>;

/// A file; one that gzip or zstd has packed is unpacked into memory. @throws failure (data), as load_file
byte_source_ptr open_bytes(const std::string& path);

/// Bytes in memory, borrowed.
byte_source_ptr bytes_in(std::string_view text);

/// All of another source's, read into memory.
byte_source_ptr kept_bytes(byte_source& from);

/// Bytes [first, first + count) in memory of their own, 64-byte aligned. Requires as `read`. @throws as `read`
std::shared_ptr<const std::byte> read_bytes(byte_source& from, std::size_t first, std::size_t count);

} // namespace dk::data
