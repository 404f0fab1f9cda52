#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dk::data::csv {

/// Walks over the fields of CSV text, one after the other, and knows its line and column.
class scanner {
public:
  /// What ended the field that was read last.
  enum class stop { delimiter, line, text };

  scanner(std::string_view text, std::string origin, char delimiter);

  /// Passes over blank lines. @returns false at the end of the text
  bool next_line();

  /// Reads a field as text, unquoted.
  std::string text_field(stop& ended);

  /// Passes over a field.
  void skip_field(stop& ended);

  /// Reads a field as a number. @param name the field's, for the error that says it is none
  double number_field(const std::string& name, stop& ended);

  /// The line that is being read, from 1.
  std::size_t line() const { return line_; }

  /// @throws failure (data) "ORIGIN:LINE:COLUMN: why", at the start of the field that was read last
  [[noreturn]] void fail(const std::string& why) const;

  /// @throws failure (data) "ORIGIN:LINE: why"
  [[noreturn]] void fail_line(const std::string& why) const;

private:
  bool at_end_of_field(const char* p) const { return p == end_ || *p == delimiter_ || *p == '\n' || *p == '\r'; }
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != delimiter_; }
  void begin_field();
  stop end_field();
  std::string quoted();

  std::string origin_;
  char delimiter_;
  const char* at_;
  const char* end_;
  const char* line_start_;
  std::size_t line_ = 1;
  std::size_t field_line_ = 1;
  std::size_t field_column_ = 1;
};

} // namespace dk::data::csv
