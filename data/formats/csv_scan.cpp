#include "data/formats/csv_scan.hpp"

#include "common/error.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

namespace dk::data::csv {

namespace {

constexpr std::array<double, 23> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Plain decimals of up to 15 digits: the digits and the power of ten are both exact as doubles, so that one division
// rounds correctly (Clinger 1990). Anything else (exponents, more digits) is left to from_chars.
// @returns the end of the number, or nullptr
const char* short_decimal(const char* p, const char* end, double& value) {
  const bool negative = p != end && *p == '-';
  p += negative ? 1 : 0;
  const auto* const first = p;
  std::uint64_t digits = 0;
  const auto take = [&] {
    for (unsigned digit = 0; p != end && (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
      digits = digits * 10 + digit; // may wrap; then there are too many digits below
  };
  take();
  auto count = p - first;
  std::ptrdiff_t decimals = 0;
  if (p != end && *p == '.') {
    const auto* const point = ++p;
    take();
    decimals = p - point;
    count += decimals;
  }
  if (count == 0 || count > 15 || (p != end && (*p == 'e' || *p == 'E')))
    return nullptr;
  const auto whole = static_cast<double>(digits);
  const auto size = decimals == 0 ? whole : whole / powers_of_ten[static_cast<std::size_t>(decimals)];
  value = negative ? -size : size;
  return p;
}

std::string shown(std::string_view field) {
  constexpr std::size_t most = 40;
  return '"' + std::string{field.substr(0, most)} + (field.size() > most ? "..." : "") + '"';
}

} // namespace

scanner::scanner(std::string_view text, std::string origin, char delimiter)
    : origin_(std::move(origin)), delimiter_(delimiter), at_(text.data()), end_(text.data() + text.size()),
      line_start_(at_) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.substr(0, 3) == byte_order_mark) {
    at_ += 3;
    line_start_ = at_;
  }
}

bool scanner::next_line() {
  while (at_ != end_ && (*at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n'))))
    if (*at_++ == '\n') {
      ++line_;
      line_start_ = at_;
    }
  return at_ != end_;
}

void scanner::begin_field() {
  field_line_ = line_;
  field_column_ = static_cast<std::size_t>(at_ - line_start_) + 1;
}

scanner::stop scanner::end_field() {
  if (at_ == end_)
    return stop::text;
  if (*at_ == delimiter_) {
    ++at_;
    return stop::delimiter;
  }
  if (*at_ == '\r')
    ++at_;
  if (at_ != end_ && *at_ == '\n')
    ++at_;
  ++line_;
  line_start_ = at_;
  return stop::line;
}

std::string scanner::quoted() {
  std::string field;
  for (++at_; at_ != end_; ++at_) {
    if (*at_ == '"') {
      if (at_ + 1 == end_ || at_[1] != '"') {
        ++at_;
        if (!at_end_of_field(at_))
          fail("text after the closing quote of a field; put quotes around the whole field");
        return field;
      }
      ++at_;
    } else if (*at_ == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    field += *at_;
  }
  fail("a quote that never closes; the file is cut short or a quote inside a field is not doubled");
}

std::string scanner::text_field(stop& ended) {
  begin_field();
  std::string field;
  if (at_ != end_ && *at_ == '"') {
    field = quoted();
  } else {
    const auto* const first = at_;
    while (!at_end_of_field(at_))
      ++at_;
    field.assign(first, at_);
  }
  ended = end_field();
  return field;
}

void scanner::skip_field(stop& ended) {
  if (at_ != end_ && *at_ == '"') {
    text_field(ended);
    return;
  }
  begin_field();
  while (!at_end_of_field(at_))
    ++at_;
  ended = end_field();
}

double scanner::number_field(const std::string& name, stop& ended) {
  begin_field();
  double value = 0;
  if (const auto* const after = short_decimal(at_, end_, value); after != nullptr && at_end_of_field(after)) {
    at_ = after;
    ended = end_field();
    return value;
  }
  const auto field = text_field(ended);
  const auto* first = field.data();
  const auto* last = first + field.size();
  while (first != last && is_blank(*first))
    ++first;
  while (first != last && is_blank(last[-1]))
    --last;
  if (first == last)
    fail("field `" + name + "` is empty, expected a number; fill it in or leave the column out of `features`");
  const bool plus = *first == '+' && last - first > 1 && first[1] != '-';
  const auto [after, why] = std::from_chars(first + (plus ? 1 : 0), last, value);
  if (why == std::errc::result_out_of_range)
    fail("field `" + name + "` holds " + shown(field) + ", which no double can hold; rescale it");
  if (why != std::errc{} || after != last)
    fail("field `" + name + "` holds " + shown(field) +
         ", expected a number; replace it by a number or leave the column out of `features`");
  return value;
}

void scanner::fail(const std::string& why) const {
  throw failure{errc::data,
                origin_ + ':' + std::to_string(field_line_) + ':' + std::to_string(field_column_) + ": " + why};
}

void scanner::fail_line(const std::string& why) const {
  throw failure{errc::data, origin_ + ':' + std::to_string(field_line_) + ": " + why};
}

} // namespace dk::data::csv
