#include "data/table.hpp"

#include "common/error.hpp"
#include "common/parallel.hpp"
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
  static constexpr std::array<std::string_view, 8> names{"u8", "i8", "i16", "i32", "i64", "f32", "f64", "text"};
  return names[which.values.index()];
}

std::size_t size(const column& which) {
  return std::visit([](const auto& all) { return all.size(); }, which.values);
}

const texts* texts_in(const column& which) {
  return std::get_if<texts>(&which.values);
}

void refuse_text(const column& which) {
  const auto& all = std::get<texts>(which.values);
  const auto where = which.origin.empty() ? std::string{} : which.origin + ": ";
  const auto shown =
      all.size() == 0 ? std::string{}
                      : ", as \"" + std::string{all[0].substr(0, 40)} + "\" in row " + std::to_string(which.numbers[0]);
  throw failure{errc::data, where + "column `" + which.name + "` holds text" + shown +
                                ", expected numbers; string_index or binary_label make numbers of it"};
}

namespace {

template <class Number>
std::string shortest_text(Number value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), written.ptr};
}

} // namespace

std::string shortest(double value) {
  return shortest_text(value);
}

std::string shortest(float value) {
  return shortest_text(value);
}

std::string place(const column& which, std::size_t element) {
  const auto wide = width(which);
  auto text = which.origin.empty() ? std::string{} : which.origin + ": ";
  text += "row " + std::to_string(which.numbers[element / wide]) + " (the first is 0) of column `" + which.name + '`';
  if (element % wide < which.fields.size())
    text += ", field `" + which.fields[element % wide] + '`';
  else if (wide > 1)
    text += ", element " + std::to_string(element % wide);
  return text;
}

block as_floats(const column& from) {
  if (const auto* floats = std::get_if<block>(&from.values))
    return *floats;
  return visit_values(from, [](const auto* x, std::size_t count) {
    block_writer writer{count};
    auto* const y = writer.data();
    over_ranges(count, 1U << 20U, [&](std::size_t first, std::size_t last) {
      std::transform(x + first, x + last, y + first, [](auto value) { return static_cast<float>(value); });
    });
    return std::move(writer).done();
  });
}

void table::refuse_rows(const column& added, std::size_t count) const {
  const auto other =
      std::find_if(columns_.begin(), columns_.end(), [&](const column& c) { return c.name != added.name; });
  const auto beside = other == columns_.end() ? "the table has " : "column `" + other->name + "` has ";
  throw failure{errc::data, (added.origin.empty() ? "" : added.origin + ": ") + "column `" + added.name + "` has " +
                                counted(count, "row") + ", " + beside + with_commas(rows_) +
                                (other == columns_.end() || other->origin.empty() ? "" : " (" + other->origin + ')') +
                                "; give files that belong together"};
}

void table::put(column added) {
  const auto count = size(added);
  const auto wide = width(added);
  const auto where = added.origin.empty() ? std::string{} : added.origin + ": ";
  if (wide == 0 || count % wide != 0)
    throw failure{errc::data, where + "column `" + added.name + "` has " + std::to_string(count) +
                                  " numbers, which do not fill rows of " + std::to_string(wide)};
  const auto known =
      std::find_if(columns_.begin(), columns_.end(), [&](const column& c) { return c.name == added.name; });
  const bool alone = columns_.empty() || (columns_.size() == 1 && known != columns_.end());
  if ((are_known_ || !alone) && count / wide != rows_)
    refuse_rows(added, count / wide);
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
