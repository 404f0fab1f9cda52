#pragma once

#include "data/formats/bytes/file.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dk::data::csv {

/// Walks over the fields of CSV text, one after the other. Lines are counted only when something is wrong.
class scanner {
public:
  /// What ended the field that was read last.
  enum class stop { delimiter, line, text };

  /// @param text is looked at, not kept; zeros must follow it, as in a file_content
  scanner(const file_content& text, const std::string& origin, char delimiter);

  /// Where the next field starts, and to go on from there.
  std::size_t place() const { return static_cast<std::size_t>(at_ - begin_); }
  void go_to(std::size_t place) { at_ = field_ = begin_ + place; }

  /// Passes over blank lines. @returns false at the end of the text
  bool next_line();

  /// Reads a field as text, unquoted. What is returned is valid until the next is read.
  std::string_view text_field(stop& ended);

  /// The field that was read last as it stands in the text, with its quotes.
  std::string_view written() const { return {field_, static_cast<std::size_t>(written_ - field_)}; }

  /// Passes over a field.
  void skip_field(stop& ended);

  /// Reads short plain decimals as long as a delimiter follows each, and passes over them; `most` at most. It stops at
  /// anything else: quotes, blanks, exponents, the last field of a line.
  /// @returns how many it has put into `to`
  std::size_t short_numbers(float* to, std::size_t most);

  /// @throws failure (data) "ORIGIN:LINE:COLUMN: why", at the start of the field that was read last
  [[noreturn]] void fail(const std::string& why) const;

  /// @throws failure (data) "ORIGIN:LINE: why", in the line where the field starts that was read last
  [[noreturn]] void fail_line(const std::string& why) const;

private:
  bool at_end_of_line(const char* p) const {
    return p == end_ || *p == '\n' || (*p == '\r' && (p + 1 == end_ || p[1] == '\n'));
  }
  bool at_end_of_field(const char* p) const { return *p == delimiter_ || at_end_of_line(p); }
  stop end_field();
  std::string_view quoted();

  std::size_t line() const; ///< in which the field starts that was read last

  const std::string& origin_;
  std::size_t lines_before_;
  char delimiter_;
  const char* begin_;
  const char* after_mark_; ///< where the first line starts, behind a byte order mark
  const char* end_;
  const char* at_;
  const char* field_;
  const char* written_ = nullptr; ///< where it ends
  std::string unquoted_;
};

} // namespace dk::data::csv
