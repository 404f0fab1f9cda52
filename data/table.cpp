#include "data/table.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dk::data {

std::size_t width(const column& which) {
  std::size_t product = 1;
  for (const auto size : which.shape)
    product *= size;
  return product;
}

std::string_view type_name(const column& which) {
  static constexpr std::array<std::string_view, 7> names{"u8", "i8", "i16", "i32", "i64", "f32", "f64"};
  return names[which.values.index()];
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), written.ptr};
}

std::string place(const column& which, std::size_t element) {
  const auto wide = width(which);
  auto text = which.origin.empty() ? std::string{} : which.origin + ": ";
  text += "row " + std::to_string(element / wide) + " (the first is 0) of column `" + which.name + '`';
  if (element % wide < which.fields.size())
    text += ", field `" + which.fields[element % wide] + '`';
  else if (wide > 1)
    text += ", element " + std::to_string(element % wide);
  return text;
}

void table::put(column added) {
  const auto count = visit_values(added, [](const auto*, std::size_t size) { return size; });
  const auto wide = width(added);
  const auto where = added.origin.empty() ? std::string{} : added.origin + ": ";
  if (wide == 0 || count % wide != 0)
    throw failure{errc::data, where + "column `" + added.name + "` has " + std::to_string(count) +
                                  " numbers, which do not fill rows of " + std::to_string(wide)};
  const auto known =
      std::find_if(columns_.begin(), columns_.end(), [&](const column& c) { return c.name == added.name; });
  const bool alone = columns_.empty() || (columns_.size() == 1 && known != columns_.end());
  if (!alone && count / wide != rows_) {
    const auto& other = known == columns_.begin() ? columns_.back() : columns_.front();
    throw failure{errc::data, where + "column `" + added.name + "` has " + std::to_string(count / wide) +
                                  " rows, column `" + other.name + "` has " + std::to_string(rows_) +
                                  (other.origin.empty() ? "" : " (" + other.origin + ')') +
                                  "; give files that belong together"};
  }
  rows_ = count / wide;
  if (known == columns_.end())
    columns_.push_back(std::move(added));
  else
    *known = std::move(added);
}

std::vector<std::string> table::names() const {
  std::vector<std::string> all;
  all.reserve(columns_.size());
  for (const auto& c : columns_)
    all.push_back(c.name);
  return all;
}

const column* table::find(std::string_view name) const {
  for (const auto& c : columns_)
    if (c.name == name)
      return &c;
  return nullptr;
}

const column& table::at(std::string_view name) const {
  if (const auto* found = find(name))
    return *found;
  const auto where = columns_.empty() || columns_.front().origin.empty() ? "" : columns_.front().origin + ": ";
  throw failure{errc::data, where + "no column `" + std::string{name} + '`' + did_you_mean(name, names()) +
                                "; the table has: " + join(names())};
}

} // namespace dk::data
