#include "common/request_failure.hpp"

namespace dk {

namespace {

// Two that no text has.
constexpr char name_begins = '\x0E';
constexpr char name_ends = '\x0F';

std::string with_marks_as(const std::string& text, const char* before, const char* after) {
  std::string all;
  for (const auto c : text)
    if (c == name_begins)
      all += before;
    else if (c == name_ends)
      all += after;
    else
      all += c;
  return all;
}

} // namespace

request_failure::request_failure(errc code, const std::string& text)
    : failure(code, with_marks_as(text, "`", "`")), option_text_(with_marks_as(text, "--", "")) {}

std::string request_member(std::string_view name) {
  return name_begins + std::string{name} + name_ends;
}

} // namespace dk
