#include "data/formats/json/json_written.hpp"

#include "common/error.hpp"
#include "data/formats/spelled.hpp"

#include <algorithm>
#include <utility>

namespace dk::data::json_lines {

namespace {

// Every row of a column has its text.
void fill(texts& column, std::size_t rows) {
  while (column.size() < rows)
    column.push_back("");
}

} // namespace

void written_values::take_line(std::string_view line, const std::string& origin) {
  constexpr std::size_t most_columns = 100'000; // each is looked for in every line
  constexpr std::size_t always = std::size_t{1} << 20U;
  constexpr std::size_t per_byte = 8;
  for (const auto& [key, value] : json_members(line)) {
    auto known = std::find_if(columns_.begin(), columns_.end(), [&name = key](const auto& c) { return c.key == name; });
    if (known == columns_.end())
      known = columns_.insert(columns_.end(), {key, {}});
    if (known->written.size() > rows_)
      throw failure{errc::data, origin + ": a line has the key `" + key + "` twice; take one out"};
    fill(known->written, rows_);
    known->written.push_back(value);
  }
  ++rows_;
  if (columns_.size() > most_columns || columns_.size() * rows_ > always + per_byte * bytes_)
    throw failure{errc::data, origin + ": its lines have " + std::to_string(columns_.size()) +
                                  " different keys, most of them missing in most lines; put them into one object"};
}

void written_values::take(std::string_view lines, const std::string& origin) {
  bytes_ += lines.size();
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      take_line(line, origin);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

table written_values::give(const std::string& origin) {
  table all{rows_};
  for (auto& [key, written] : columns_) {
    fill(written, rows_);
    all.put({key, {}, std::exchange(written, {}), origin, {}, {}, spelling::json});
  }
  rows_ = 0;
  bytes_ = 0;
  return all;
}

} // namespace dk::data::json_lines
