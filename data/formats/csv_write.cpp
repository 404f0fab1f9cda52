#include "data/formats/number_text.hpp"
#include "data/formats/write.hpp"

#include <cmath>
#include <ostream>

namespace dk::data {

namespace {

constexpr std::size_t flush_at = std::size_t{1} << 20U;

void append_text(std::string& to, std::string_view text) {
  const bool plain = text.find_first_of(",\"\r\n") == std::string_view::npos && !text.empty();
  if (plain) {
    to += text;
    return;
  }
  to += '"';
  for (const auto c : text) {
    if (c == '"')
      to += '"';
    to += c;
  }
  to += '"';
}

std::string csv_header(const table& from) {
  std::string line;
  for (const auto& c : from.columns()) {
    const auto wide = width(c);
    for (std::size_t i = 0; i < wide; ++i) {
      if (!line.empty())
        line += ',';
      const bool named = wide > 1 && c.fields.size() == wide;
      append_text(line, named ? c.fields[i] : wide == 1 ? c.name : c.name + '_' + std::to_string(i));
    }
  }
  return line + '\n';
}

void append_fields(std::string& to, const column& which, std::size_t row) {
  if (const auto* words = texts_in(which)) {
    append_text(to, (*words)[row]);
    return;
  }
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
