#pragma once

#include "common/block.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace dk::data {

/// The numbers of a column in the type they were read in; float32 is a block, so that a dataset can share it.
using numbers = std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                             std::vector<std::int32_t>, std::vector<std::int64_t>, block, std::vector<double>>;

/// A named column: one cell of `shape` per row ([] is one number, [28, 28] an image), row-major, a row contiguous.
struct column {
  std::string name;
  std::vector<std::size_t> shape;
  numbers values;
  std::string origin;              ///< the file it came from, for errors
  std::vector<std::string> fields; ///< what the elements of a cell are called in that file; may be empty
};

/// Numbers per row: the product of the shape.
std::size_t width(const column& which);

/// "u8", "i8", "i16", "i32", "i64", "f32" or "f64".
std::string_view type_name(const column& which);

/// The shortest text that reads back as this number.
std::string shortest(double value);

/// Where a number stands, for errors: "FILE: row 7 (the first is 0) of column `features`, field `pt`".
std::string place(const column& which, std::size_t element);

/// Calls f(first, count) with a pointer of the column's own type.
template <class F>
decltype(auto) visit_values(const column& which, F&& f) {
  return std::visit([&](const auto& all) -> decltype(auto) { return f(all.data(), all.size()); }, which.values);
}

/// Named columns of the same number of rows, in the order in which they were added.
class table {
public:
  /// Adds a column, or replaces the one of this name where it stands.
  /// @throws failure (data) when its rows are not as many as the other columns', or not whole
  void put(column added);

  std::size_t rows() const { return rows_; }
  const std::vector<column>& columns() const { return columns_; }
  std::vector<std::string> names() const;

  /// nullptr when there is none.
  const column* find(std::string_view name) const;

  /// @throws failure (data) that suggests the nearest name
  const column& at(std::string_view name) const;

private:
  std::vector<column> columns_;
  std::size_t rows_ = 0;
};

} // namespace dk::data
