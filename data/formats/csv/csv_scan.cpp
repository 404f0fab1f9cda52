#include "data/formats/csv/csv_scan.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace dk::data::csv {

namespace {

constexpr std::array<double, 23> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// A plain decimal of up to 15 digits, and where it ends; nullptr when it is none. Requires a byte behind it that is no
// digit. The digits and the power of ten are both exact as doubles, so that one division rounds correctly (Clinger
// 1990).
const char* short_decimal(const char* p, double& value) {
  const bool negative = *p == '-';
  p += negative ? 1 : 0;
  const auto* const first = p;
  std::uint64_t digits = 0;
  const auto take = [&] {
    for (unsigned digit = 0; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
      digits = digits * 10 + digit; // may wrap; then there are too many digits below
  };
  take();
  auto count = p - first;
  std::ptrdiff_t decimals = 0;
  if (*p == '.') {
    const auto* const point = ++p;
    take();
    decimals = p - point;
    count += decimals;
  }
  if (count == 0 || count > 15 || *p == 'e' || *p == 'E')
    return nullptr;
  const auto whole = static_cast<double>(digits);
  const auto size = decimals == 0 ? whole : whole / powers_of_ten[static_cast<std::size_t>(decimals)];
  value = negative ? -size : size;
  return p;
}

unsigned digit_at(const char* p) {
  return static_cast<unsigned>(static_cast<unsigned char>(*p)) - unsigned{'0'};
}

} // namespace

scanner::scanner(const file_content& text, const std::string& origin, char delimiter)
    : origin_(origin), lines_before_(text.lines_before()), delimiter_(delimiter), begin_(text.data()),
      after_mark_(begin_ + (text.text().substr(0, 3) == byte_order_mark ? 3 : 0)), end_(begin_ + text.size()),
      at_(after_mark_), field_(after_mark_) {}

std::size_t scanner::line() const {
  return lines_before_ + static_cast<std::size_t>(std::count(begin_, field_, '\n')) + 1;
}

bool scanner::next_line() {
  while (at_ != end_ && at_end_of_line(at_))
    ++at_;
  return at_ != end_;
}

scanner::stop scanner::end_field() {
  if (at_ == end_)
    return stop::text;
  if (*at_ == delimiter_) {
    ++at_;
    return stop::delimiter;
  }
  at_ += *at_ == '\r' ? 1 : 0;
  at_ += at_ != end_ ? 1 : 0;
  return stop::line;
}

std::string_view scanner::quoted() {
  unquoted_.clear();
  for (++at_; at_ != end_; ++at_) {
    if (*at_ == '"') {
      if (at_ + 1 == end_ || at_[1] != '"') {
        ++at_;
        if (at_ != end_ && !at_end_of_field(at_))
          fail("text after the closing quote of a field; put quotes around the whole field");
        return unquoted_;
      }
      ++at_;
    }
    unquoted_ += *at_;
  }
  fail("a quote that never closes; the file is cut short or a quote inside a field is not doubled");
}

std::string_view scanner::text_field(stop& ended) {
  field_ = at_;
  std::string_view field;
  if (at_ != end_ && *at_ == '"') {
    field = quoted();
  } else {
    while (at_ != end_ && !at_end_of_field(at_))
      ++at_;
    field = {field_, static_cast<std::size_t>(at_ - field_)};
    if (field.find('\r') != std::string_view::npos)
      fail("a carriage return without a line feed behind it; if the file ends its lines so, as old Macs did, convert "
           "it, as by tr '\\r' '\\n'; one that belongs to a field needs quotes around it");
  }
  written_ = at_;
  ended = end_field();
  return field;
}

std::size_t scanner::short_numbers(float* to, std::size_t most) {
  const auto* p = at_; // kept in a register: most fields of an image are a digit and a comma
  const auto delimiter = delimiter_;
  std::size_t count = 0;
  for (; count < most; ++count) {
    const auto first = digit_at(p);
    if (first < 10 && p[1] == delimiter) {
      to[count] = static_cast<float>(first);
      p += 2;
      continue;
    }
    const auto second = digit_at(p + 1);
    if (first < 10 && second < 10) {
      const auto third = digit_at(p + 2);
      if (third < 10 && p[3] == delimiter) {
        to[count] = static_cast<float>(100 * first + 10 * second + third);
        p += 4;
        continue;
      }
      if (p[2] == delimiter) {
        to[count] = static_cast<float>(10 * first + second);
        p += 3;
        continue;
      }
    }
    double value = 0;
    const auto* const after = short_decimal(p, value);
    if (after == nullptr || *after != delimiter)
      break;
    to[count] = static_cast<float>(value);
    p = after + 1;
  }
  at_ = p;
  return count;
}

void scanner::skip_field(stop& ended) {
  text_field(ended);
}

void scanner::fail(const std::string& why) const {
  const auto* start = field_;
  while (start != after_mark_ && start[-1] != '\n')
    --start;
  throw failure{errc::data,
                origin_ + ':' + std::to_string(line()) + ':' + std::to_string(field_ - start + 1) + ": " + why};
}

void scanner::fail_line(const std::string& why) const {
  throw failure{errc::data, origin_ + ':' + std::to_string(line()) + ": " + why};
}

} // namespace dk::data::csv
