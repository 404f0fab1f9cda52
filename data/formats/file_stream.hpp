#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace dk::data {

/// A file from its start to its end, unpacked on the way where gzip or zstd has packed it.
class file_stream {
public:
  /// @throws failure (data) when it is missing, a folder, empty or unreadable
  explicit file_stream(const std::string& path);
  ~file_stream();

  /// Appends at least `least` more bytes, or fewer at the end of the file.
  /// @returns false when nothing was left. @throws failure (data) when it is damaged or cut short
  bool append_to(std::string& text, std::size_t least);

  /// What part of the file has been read, from 0 to 1.
  double progress() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dk::data
