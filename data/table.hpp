#pragma once

#include "common/block.hpp"
#include "data/texts.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace dk::data {

/// What a column holds, in the type it was read in; float32 is a block, so that a dataset can share it.
using cells = std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                           std::vector<std::int32_t>, std::vector<std::int64_t>, block, std::vector<double>, texts>;

/// Which rows of a file there are.
struct row_numbers {
  std::uint64_t first = 0;                                          ///< of the first row; the others follow,
  std::shared_ptr<const std::vector<std::size_t>> picked = nullptr; ///< unless they were picked: places behind `first`

  std::uint64_t operator[](std::size_t row) const { return first + (picked ? (*picked)[row] : row); }
};

/// How texts are spelled: as what they say, or as they stand in the file that they come from, so that they can be
/// written again byte for byte.
enum class spelling : std::uint8_t {
  plain,
  csv,        ///< a field, with its quotes
  csv_number, ///< a field that a model takes for a number
  json,       ///< a value; nothing where a line has none
};

/// A named column: one cell of `shape` per row ([] is one number, [28, 28] an image), row-major, a row contiguous.
/// Of texts there is one per row.
struct column {
  std::string name;
  std::vector<std::size_t> shape;
  cells values;
  std::string origin;                 ///< the file it came from, for errors
  std::vector<std::string> fields;    ///< what the elements of a cell are called in that file; may be empty
  row_numbers numbers = {};           ///< of its rows in that file, for errors
  spelling spelled = spelling::plain; ///< of texts
};

/// Numbers per row: the product of the shape.
std::size_t width(const column& which);

/// Numbers, or texts, in all rows together.
std::size_t size(const column& which);

/// nullptr when it holds numbers.
const texts* texts_in(const column& which);

/// "u8", "i8", "i16", "i32", "i64", "f32", "f64" or "text".
std::string_view type_name(const column& which);

/// The shortest text that reads back as this number.
std::string shortest(double value);
std::string shortest(float value);

/// Where a number stands, for errors: "FILE: row 7 (the first is 0) of column `features`, field `pt`".
std::string place(const column& which, std::size_t element);

/// "FILE: column `label` holds text, as \"s\" in row 0, ..." @throws failure (data), always
[[noreturn]] void refuse_text(const column& which);

/// Calls f(first, count) with a pointer of the column's own type of number. @throws failure (data) when it holds text
template <class F>
auto visit_values(const column& which, F&& f) {
  using result = decltype(f(static_cast<const double*>(nullptr), std::size_t{}));
  return std::visit(
      [&](const auto& all) -> result {
        if constexpr (std::is_same_v<std::decay_t<decltype(all)>, texts>)
          refuse_text(which);
        else
          return f(all.data(), all.size());
      },
      which.values);
}

/// The numbers as f32; shared where they are. @throws failure (data) when it holds text
block as_floats(const column& from);

/// Named columns of the same number of rows, in the order in which they were added.
class table {
public:
  /// Of as many rows as the first column that is added has.
  table() = default;

  /// Of so many rows, also while there is no column.
  explicit table(std::size_t rows) : rows_(rows), are_known_(true) {}

  /// Adds a column, or replaces the one of this name where it stands.
  /// @throws failure (data) when its rows are not as many as the table's, or not whole
  void put(column added);

  std::size_t rows() const { return rows_; }
  const std::vector<column>& columns() const& { return columns_; }
  std::vector<column> columns() && { return std::move(columns_); }

  /// Gives the columns away.
  std::vector<column> release() && { return std::move(columns_); }
  std::vector<std::string> names() const;

  /// nullptr when there is none.
  const column* find(std::string_view name) const;

  /// @throws failure (data) that suggests the nearest name
  const column& at(std::string_view name) const;

private:
  [[noreturn]] void refuse_rows(const column& added, std::size_t count) const;

  std::vector<column> columns_;
  std::size_t rows_ = 0;
  bool are_known_ = false; // before the first column
};

} // namespace dk::data
