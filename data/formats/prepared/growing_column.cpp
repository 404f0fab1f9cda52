#include "data/formats/prepared/growing_column.hpp"

#include "common/error.hpp"
#include "data/formats/prepared/prepared_cells.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace dk::data::prepared {

namespace fs = std::filesystem;

growing_column::growing_column(const std::string& folder, std::size_t number, bool packed)
    : folder_(folder), stem_("column-" + std::to_string(number)), packed_(packed), to_(path(), packed) {}

void growing_column::append(const column& rows) {
  if (const auto* words = texts_in(rows))
    return append_texts(*words);
  visit_values(rows, [&](const auto* x, std::size_t count) { to_.append(x, count * sizeof *x); });
}

void growing_column::widen(const column& from, const column& to) {
  to_.done();
  const auto narrow = path() + ".narrow";
  std::error_code why;
  fs::rename(path(), narrow, why);
  if (why)
    throw failure{errc::resources, "cannot rename " + path() + ": " + why.message()};
  to_ = column_writer{path(), packed_};
  column_file old{narrow};
  const auto row_bytes = width(from) * size_of_type(type_name(from));
  const auto rows = old.size() / row_bytes;
  const auto together = std::max<std::size_t>((std::size_t{4} << 20U) / row_bytes, 1);
  table wide;
  wide.put(to);
  for (std::size_t first = 0; first < rows; first += together) {
    const auto size = std::min(together, rows - first) * row_bytes;
    table some;
    some.put(
        {from.name, from.shape, numbers_in(type_name(from), old.bytes(first * row_bytes, size), size), narrow, {}});
    append(joined({wide, some}).columns().front());
  }
  fs::remove(narrow, why);
}

std::uint64_t growing_column::done() {
  if (texts_ > 0)
    append_texts_file();
  return to_.done();
}

// In the file the texts come after where each of them ends, so that they wait beside it until that is known.
void growing_column::append_texts(const texts& words) {
  auto ends = words.ends();
  for (auto& end : ends)
    end += text_bytes_;
  to_.append(ends.data(), ends.size() * sizeof(std::uint64_t));
  std::ofstream all{texts_path(), std::ios::binary | (texts_ == 0 ? std::ios::trunc : std::ios::app)};
  all.write(words.bytes().data(), static_cast<std::streamsize>(words.bytes().size()));
  all.flush();
  if (!all)
    throw failure{errc::resources, "cannot write " + texts_path() + ": " + std::strerror(errno)};
  text_bytes_ += words.bytes().size();
  texts_ += words.size();
}

void growing_column::append_texts_file() {
  std::ifstream all{texts_path(), std::ios::binary};
  std::vector<char> some(std::size_t{1} << 20U);
  for (auto left = text_bytes_; left > 0;) {
    const auto now = std::min<std::uint64_t>(left, some.size());
    if (!all.read(some.data(), static_cast<std::streamsize>(now)))
      throw failure{errc::resources, texts_path() + ": cannot be read again; prepare the data again"};
    to_.append(some.data(), now);
    left -= now;
  }
  std::error_code ignored; // a file beside the columns does no harm
  fs::remove(texts_path(), ignored);
}

} // namespace dk::data::prepared
