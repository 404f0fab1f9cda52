#include "common/error.hpp"
#include "data/formats/number_text.hpp"
#include "data/formats/spelled.hpp"
#include "data/formats/write.hpp"

#include <cmath>
#include <ostream>

namespace dk::data {

namespace {

/// Writes the cells of a column as JSON.
template <class Number>
class cell_writer {
public:
  cell_writer(const column& which, const Number* values) : which_(which), values_(values), wide_(width(which)) {}

  void append(std::string& to, std::size_t row) {
    at_ = row * wide_;
    append_level(to, 0);
  }

private:
  void append_level(std::string& to, std::size_t level) {
    if (level == which_.shape.size())
      return append_one(to);
    for (std::size_t i = 0; i < which_.shape[level]; ++i) {
      to += i == 0 ? '[' : ',';
      append_level(to, level + 1);
    }
    to += ']';
  }

  void append_one(std::string& to) {
    const auto value = values_[at_];
    const auto number = static_cast<double>(value);
    if (std::isinf(number))
      throw failure{errc::data, place(which_, at_) + " is infinite, which JSON does not know; clip it, or write .csv"};
    if (std::isnan(number))
      to += "null";
    else
      append_number(to, value);
    ++at_;
  }

  const column& which_;
  const Number* values_;
  std::size_t wide_;
  std::size_t at_ = 0;
};

// @return whether there is one
bool append_cell(std::string& to, const column& which, std::size_t row) {
  if (texts_in(which) != nullptr)
    return append_json_value(to, which, row);
  visit_values(which, [&](const auto* x, std::size_t) { cell_writer{which, x}.append(to, row); });
  return true;
}

} // namespace

void write_json_lines(const table& from, std::ostream& to) {
  std::vector<std::string> keys;
  for (const auto& c : from.columns())
    keys.push_back(json_text(c.name) + ':');
  std::string text;
  for (std::size_t row = 0; row < from.rows(); ++row) {
    text = "{";
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto before = text.size();
      if (before > 1)
        text += ',';
      text += keys[i];
      if (!append_cell(text, from.columns()[i], row))
        text.resize(before);
    }
    text += "}\n";
    to << text;
  }
}

} // namespace dk::data
