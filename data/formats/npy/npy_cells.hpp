#pragma once

#include "data/formats/npy/npy_header.hpp"
#include "data/table.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dk::data::npy {

/// One field of every record.
struct source_field {
  const std::shared_ptr<const std::byte>& body;
  const header& all;
  const field& one;
  std::size_t items = 0;   ///< records
  std::size_t in_item = 1; ///< numbers, or texts, of the field in a record
  std::size_t before = 0;  ///< records of the file before these

  const char* bytes() const { return reinterpret_cast<const char*>(body.get()); }
  const char* at(std::size_t item) const; ///< in the order of C
};

/// The numbers, or the texts, in the type that a table has for them.
/// @param origin for errors. @throws failure (data)
cells cells_of(const source_field& from, const std::string& origin);

} // namespace dk::data::npy
