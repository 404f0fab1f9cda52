#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::prepared {

/// One column, as `schema.json` has it.
struct column_entry {
  std::string name;
  std::string type; ///< as type_name says
  std::vector<std::size_t> shape;
  std::vector<std::string> fields;
  std::string file; ///< in the same folder
  std::uint64_t seal = 0;
};

struct schema {
  std::size_t rows = 0;
  std::vector<column_entry> columns;
  std::string pipeline; ///< as JSON
};

/// Bytes of a number; 0 for text and for what is no type.
std::size_t size_of_type(std::string_view type);

/// With a checksum over all of it.
std::string to_text(const schema& from);

/// @throws failure (data) for what is torn, damaged or no schema
schema parse_schema(std::string_view text, const std::string& origin);

} // namespace dk::data::prepared
