#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::npy {

/// What a field holds, in the letters of numpy.
struct field {
  std::string name;     ///< "" of a plain array
  char type = 'V';      ///< i, u, f, b, S, U; V is padding
  std::size_t size = 0; ///< bytes of one number or text
  bool big_endian = false;
  std::vector<std::size_t> shape; ///< of the field in a record
  std::size_t offset = 0;         ///< in the record
};

/// The header of an array.
struct header {
  std::vector<field> fields;
  std::size_t record = 0; ///< bytes of a record, or of one number of a plain array
  bool structured = false;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
  std::size_t body = 0; ///< where the numbers start
};

/// Where the header of an array ends, by its first 12 bytes.
std::size_t header_end(std::string_view start);

/// Reads the header; the sizes in it are not yet compared with the file's. @throws failure (data)
header read_header(std::string_view bytes, const std::string& origin);

} // namespace dk::data::npy
