#include "data/formats/prepared/prepared_cells.hpp"

#include "common/parallel.hpp"

#include <algorithm>
#include <cstring>

namespace dk::data::prepared {

namespace {

template <class Number>
std::vector<Number> copied_numbers(const std::byte* from, std::size_t size) {
  std::vector<Number> all(size / sizeof(Number));
  if (size == 0)
    return all;
  over_ranges(size, std::size_t{4} << 20U, [&](std::size_t first, std::size_t last) {
    std::memcpy(reinterpret_cast<char*>(all.data()) + first, from + first, last - first);
  });
  return all;
}

// The bytes that the numbers of all rows take. @returns false where no number holds them
bool bytes_wanted(const column_entry& about, std::size_t rows, std::size_t& wanted) {
  bool fits = !__builtin_mul_overflow(rows, size_of_type(about.type), &wanted);
  for (const auto size : about.shape)
    fits = fits && !__builtin_mul_overflow(wanted, size, &wanted);
  return fits;
}

} // namespace

cells numbers_in(std::string_view type, const std::shared_ptr<const std::byte>& bytes, std::size_t size) {
  if (type == "f32")
    return block{{bytes, reinterpret_cast<const float*>(bytes.get())}, size / sizeof(float)};
  if (type == "u8")
    return copied_numbers<std::uint8_t>(bytes.get(), size);
  if (type == "i8")
    return copied_numbers<std::int8_t>(bytes.get(), size);
  if (type == "i16")
    return copied_numbers<std::int16_t>(bytes.get(), size);
  if (type == "i32")
    return copied_numbers<std::int32_t>(bytes.get(), size);
  if (type == "i64")
    return copied_numbers<std::int64_t>(bytes.get(), size);
  return copied_numbers<double>(bytes.get(), size);
}

stored_column::stored_column(column_entry about, const std::string& folder, std::size_t rows)
    : about_(std::move(about)), path_(folder + '/' + about_.file), rows_(rows), file_(path_) {
  if (file_.seal() != about_.seal)
    damaged_folder(path_, "is not the file that its schema was written for");
  std::size_t wanted = 0;
  if (about_.type == "text") {
    if (file_.size() / sizeof(std::uint64_t) < rows_)
      damaged_folder(path_, "is too short for the texts of " + std::to_string(rows_) + " rows");
    return;
  }
  if (!bytes_wanted(about_, rows_, wanted))
    damaged_folder(path_, "is of another size than its schema says");
  if (file_.size() != wanted)
    damaged_folder(path_, "has " + std::to_string(file_.size()) + " bytes of numbers, its schema says " +
                              std::to_string(wanted));
  for (const auto size : about_.shape)
    width_ *= size;
}

std::size_t stored_column::row_bytes() const {
  return file_.size() / std::max<std::size_t>(rows_, 1);
}

column stored_column::rows(std::size_t first, std::size_t count) {
  if (about_.type == "text")
    return {about_.name, about_.shape, read_texts(first, count), path_, about_.fields};
  const auto each = width_ * size_of_type(about_.type);
  auto numbers = numbers_in(about_.type, file_.bytes(first * each, count * each), count * each);
  file_.check_whole();
  return {about_.name, about_.shape, std::move(numbers), path_, about_.fields};
}

// First where each text ends, then the texts.
texts stored_column::read_texts(std::size_t first, std::size_t count) {
  constexpr auto each = sizeof(std::uint64_t);
  const auto all = file_.size() - rows_ * each;
  std::uint64_t begin = 0;
  if (first > 0)
    std::memcpy(&begin, file_.bytes((first - 1) * each, each).get(), each);
  std::vector<std::uint64_t> ends(count);
  if (count > 0)
    std::memcpy(ends.data(), file_.bytes(first * each, count * each).get(), count * each);
  auto last = begin;
  for (auto& end : ends) {
    if (end < last || end > all)
      damaged_folder(path_, "has texts that do not follow each other");
    last = end;
    end -= begin;
  }
  if (first + count == rows_ && last != all)
    damaged_folder(path_, "has bytes that belong to no text");
  const auto words = file_.bytes(rows_ * each + begin, last - begin);
  std::string copied(reinterpret_cast<const char*>(words.get()), last - begin);
  file_.check_whole();
  return {std::move(copied), std::move(ends)};
}

} // namespace dk::data::prepared
