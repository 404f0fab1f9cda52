#include "data/formats/number_text.hpp"
#include "data/formats/spelled.hpp"
#include "data/formats/write.hpp"

#include <cmath>
#include <ostream>

namespace dk::data {

namespace {

constexpr std::size_t flush_at = std::size_t{1} << 20U;

std::string csv_header(const table& from) {
  std::string line;
  for (const auto& c : from.columns()) {
    const auto wide = width(c);
    for (std::size_t i = 0; i < wide; ++i) {
      if (!line.empty())
        line += ',';
      const bool named = wide > 1 && c.fields.size() == wide;
      append_quoted(line, named ? c.fields[i] : wide == 1 ? c.name : c.name + '_' + std::to_string(i));
    }
  }
  return line + '\n';
}

void append_fields(std::string& to, const column& which, std::size_t row) {
  if (texts_in(which) != nullptr)
    return append_csv_field(to, which, row);
  const auto wide = width(which);
  visit_values(which, [&](const auto* x, std::size_t) {
    for (std::size_t i = 0; i < wide; ++i) {
      if (i > 0)
        to += ',';
      if (const auto value = x[row * wide + i]; !std::isnan(static_cast<double>(value)))
        append_number(to, value);
    }
  });
}

} // namespace

void write_csv(const table& from, std::ostream& to, bool with_header) {
  auto text = with_header ? csv_header(from) : std::string{};
  for (std::size_t row = 0; row < from.rows(); ++row) {
    bool first = true;
    for (const auto& c : from.columns()) {
      if (!first)
        text += ',';
      first = false;
      append_fields(text, c, row);
    }
    text += '\n';
    if (text.size() > flush_at) {
      to << text;
      text.clear();
    }
  }
  to << text;
}

} // namespace dk::data
