#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace dk::data {

/// A file opened for reading, with its size.
struct open_file {
  std::ifstream stream;
  std::uint64_t size = 0;
};

/// @throws failure (data) when it is missing, a folder, empty or unreadable
open_file open_data(const std::string& path);

/// Reads `count` bytes. @throws failure (data) when they do not come
void read_bytes(open_file& file, const std::string& path, void* to, std::uint64_t count);

/// The whole file as text. @throws failure (data), as open_data
std::string read_text(const std::string& path);

} // namespace dk::data
