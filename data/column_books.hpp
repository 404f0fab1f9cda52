#pragma once

#include "data/dataset.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace dk::data {

/// At most 256 different numbers, and the byte that stands for each. Numbers are told apart by their bits.
class column_book {
public:
  static constexpr std::size_t most = 256;

  /// Whether it could be added, or was there.
  bool add(float number);

  /// To be called when all are in: the codes follow the order of the bits, so that they do not depend on that of the
  /// rows.
  void close();

  /// Requires that it was added.
  std::uint8_t code_of(float number) const;

  const std::vector<float>& numbers() const { return numbers_; }

private:
  static constexpr std::size_t slots = 1024;

  std::size_t slot_of(std::uint32_t bits) const;

  std::array<std::uint32_t, slots> bits_{};
  std::array<std::uint16_t, slots> code_{}; // 0: the slot is free; else one more than the code
  std::vector<float> numbers_;
};

/// Which columns of a dataset have books. The columns are those of the features, of the label, and the weight.
struct column_books {
  std::vector<column_book> books;
  std::vector<std::uint32_t> of_column; ///< 0: none; else one more than the place in `books`
};

/// One book for all columns where that will do, or else one for each that can have one, where books save more than they
/// take.
column_books books_of(const dataset& rows);

/// Calls use(values of a row), in order of the rows. The values are those of all columns, side by side.
void each_row(const dataset& rows, const std::function<void(const float* values)>& use);

} // namespace dk::data
