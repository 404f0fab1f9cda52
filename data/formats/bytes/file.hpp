#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data {

/// The content of a file in memory, or a part of it, with 64 zeros behind it, so that a scanner needs no check at every
/// byte.
class file_content {
public:
  file_content(std::shared_ptr<const std::byte> bytes, std::size_t size, std::size_t lines_before = 0)
      : bytes_(std::move(bytes)), size_(size), lines_before_(lines_before) {}

  /// A copy of a text.
  static file_content of(std::string_view text, std::size_t lines_before = 0);

  const char* data() const { return reinterpret_cast<const char*>(bytes_.get()); }
  std::size_t size() const { return size_; }
  std::string_view text() const { return {data(), size_}; }

  /// Of the file, before this part.
  std::size_t lines_before() const { return lines_before_; }

private:
  std::shared_ptr<const std::byte> bytes_;
  std::size_t size_;
  std::size_t lines_before_;
};

/// Reads a file; one that gzip or zstd has packed is unpacked on the way.
/// @throws failure (data) when it is missing, a folder, empty, unreadable or damaged
file_content load_file(const std::string& path);

/// The first bytes of a file, at most `most`, unpacked as load_file does. @throws failure (data)
std::string start_of(const std::string& path, std::size_t most);

/// The files that a path names: itself, or, where it has one of *?[, those that match, in order of their names.
/// @throws failure (data) when none matches
std::vector<std::string> files_of(const std::string& path);

} // namespace dk::data
