#pragma once

#include <charconv>
#include <string>

namespace dk::data {

/// Appends the shortest text that reads back as this number, of its own type.
template <class Number>
void append_number(std::string& to, Number value) {
  char text[32]; // enough for every number of 64 bits
  const auto written = std::to_chars(text, text + sizeof text, value);
  to.append(text, written.ptr);
}

} // namespace dk::data
