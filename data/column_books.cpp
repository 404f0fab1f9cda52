#include "data/column_books.hpp"

#include <algorithm>
#include <cstring>

namespace dk::data {

namespace {

constexpr std::size_t most_columns = 4096; // with books of their own
constexpr std::size_t worth_it = 342;      // rows: a book takes 1,024 bytes, and saves three of each number
constexpr std::size_t rows_at_a_time = 256;

std::uint32_t bits_of(float number) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

std::size_t columns_of(const dataset& rows) {
  return rows.feature_width + rows.label_width + (rows.weighted ? 1 : 0);
}

// One book for all columns; none when it overflows.
std::vector<column_book> shared_book(const dataset& rows, std::size_t columns) {
  std::vector<column_book> book(1);
  bool fits = true;
  for (std::size_t first = 0; fits && first < rows.rows; first += rows_at_a_time) {
    const auto count = std::min(rows_at_a_time, rows.rows - first);
    const row_view view{rows, first, count};
    const auto add = [&](const float* values, std::size_t size) {
      for (std::size_t i = 0; fits && i < size; ++i)
        fits = book[0].add(values[i]);
    };
    add(view.features(), count * rows.feature_width);
    add(view.labels(), count * rows.label_width);
    if (rows.weighted)
      add(view.weights(), count);
  }
  if (!fits || columns == 0)
    book.clear();
  return book;
}

} // namespace

bool column_book::add(float number) {
  const auto bits = bits_of(number);
  const auto slot = slot_of(bits);
  if (code_[slot] != 0)
    return true;
  if (numbers_.size() == most)
    return false;
  numbers_.push_back(number);
  bits_[slot] = bits;
  code_[slot] = static_cast<std::uint16_t>(numbers_.size());
  return true;
}

void column_book::close() {
  std::sort(numbers_.begin(), numbers_.end(), [](float a, float b) { return bits_of(a) < bits_of(b); });
  code_.fill(0);
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const auto slot = slot_of(bits_of(numbers_[i]));
    bits_[slot] = bits_of(numbers_[i]);
    code_[slot] = static_cast<std::uint16_t>(i + 1);
  }
}

std::uint8_t column_book::code_of(float number) const {
  return static_cast<std::uint8_t>(code_[slot_of(bits_of(number))] - 1);
}

// Where it is, or would be.
std::size_t column_book::slot_of(std::uint32_t bits) const {
  auto slot = static_cast<std::size_t>((bits * 0x9E3779B1U) >> 22U);
  while (code_[slot] != 0 && bits_[slot] != bits)
    slot = (slot + 1) % slots;
  return slot;
}

void each_row(const dataset& rows, const std::function<void(const float* values)>& use) {
  std::vector<float> values(columns_of(rows));
  for (std::size_t first = 0; first < rows.rows; first += rows_at_a_time) {
    const auto count = std::min(rows_at_a_time, rows.rows - first);
    const row_view view{rows, first, count};
    for (std::size_t row = 0; row < count; ++row) {
      auto* to = std::copy_n(view.features() + row * rows.feature_width, rows.feature_width, values.data());
      to = std::copy_n(view.labels() + row * rows.label_width, rows.label_width, to);
      if (rows.weighted)
        *to = view.weights()[row];
      use(values.data());
    }
  }
}

column_books books_of(const dataset& rows) {
  const auto columns = columns_of(rows);
  column_books all{shared_book(rows, columns), std::vector<std::uint32_t>(columns, 1)};
  if (!all.books.empty()) {
    all.books[0].close();
    return all;
  }
  std::fill(all.of_column.begin(), all.of_column.end(), 0U);
  if (columns > most_columns || rows.rows < worth_it)
    return all;
  std::vector<column_book> each(columns);
  std::vector<std::size_t> left; // columns that can still have one
  for (std::size_t i = 0; i < columns; ++i)
    left.push_back(i);
  each_row(rows, [&](const float* values) {
    left.erase(std::remove_if(left.begin(), left.end(), [&](std::size_t i) { return !each[i].add(values[i]); }),
               left.end());
  });
  for (const auto i : left) {
    each[i].close();
    all.books.push_back(std::move(each[i]));
    all.of_column[i] = static_cast<std::uint32_t>(all.books.size());
  }
  return all;
}

} // namespace dk::data
