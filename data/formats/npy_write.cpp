#include "data/formats/write.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <ostream>

namespace dk::data {

namespace {

std::size_t longest(const texts& words) {
  std::size_t most = 1;
  for (std::size_t i = 0; i < words.size(); ++i)
    most = std::max(most, words[i].size());
  return most;
}

std::string type_of(const column& which) {
  static constexpr std::array<const char*, 7> names{"|u1", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8"};
  if (const auto* words = texts_in(which))
    return "|S" + std::to_string(longest(*words));
  return names[which.values.index()];
}

std::string tuple_of(const std::vector<std::size_t>& sizes) {
  std::string text = "(";
  for (const auto size : sizes)
    text += std::to_string(size) + ", ";
  return text + ")";
}

std::string python_text(const std::string& name) {
  std::string text = "'";
  for (const auto c : name)
    text += c == '\'' || c == '\\' || c == '\n' ? '_' : c;
  return text + "'";
}

std::string npy_header_of(const table& from) {
  const auto& columns = from.columns();
  std::string descr;
  std::vector<std::size_t> shape{from.rows()};
  if (columns.size() == 1) {
    descr = python_text(type_of(columns.front()));
    shape.insert(shape.end(), columns.front().shape.begin(), columns.front().shape.end());
  } else {
    descr = "[";
    for (const auto& c : columns)
      descr += "(" + python_text(c.name) + ", " + python_text(type_of(c)) +
               (c.shape.empty() ? "" : ", " + tuple_of(c.shape)) + "), ";
    descr += "]";
  }
  return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + tuple_of(shape) + ", }";
}

// Version 2: the four bytes of its length are enough for any record.
void write_header(std::string dict, std::ostream& to) {
  constexpr std::size_t fixed = 12;
  dict.resize((dict.size() + fixed + 1 + 63) / 64 * 64 - fixed - 1, ' ');
  dict += '\n';
  to.write("\x93NUMPY\x02\x00", 8);
  for (unsigned shift = 0; shift < 32; shift += 8)
    to.put(static_cast<char>(dict.size() >> shift & 255U));
  to << dict;
}

void append_record(std::string& to, const column& which, std::size_t row, std::size_t text_size) {
  if (const auto* words = texts_in(which)) {
    to += (*words)[row];
    to.append(text_size - (*words)[row].size(), '\0');
    return;
  }
  const auto wide = width(which);
  visit_values(which, [&](const auto* x, std::size_t) {
    to.append(reinterpret_cast<const char*>(x + row * wide), wide * sizeof *x);
  });
}

} // namespace

void write_npy(const table& from, std::ostream& to) {
  write_header(npy_header_of(from), to);
  const auto& columns = from.columns();
  std::vector<std::size_t> text_sizes;
  for (const auto& c : columns)
    text_sizes.push_back(texts_in(c) == nullptr ? 0 : longest(*texts_in(c)));
  if (columns.size() == 1 && texts_in(columns.front()) == nullptr) {
    visit_values(columns.front(), [&](const auto* x, std::size_t count) {
      to.write(reinterpret_cast<const char*>(x), static_cast<std::streamsize>(count * sizeof *x));
    });
    return;
  }
  std::string record;
  for (std::size_t row = 0; row < from.rows(); ++row) {
    record.clear();
    for (std::size_t i = 0; i < columns.size(); ++i)
      append_record(record, columns[i], row, text_sizes[i]);
    to << record;
  }
}

} // namespace dk::data
