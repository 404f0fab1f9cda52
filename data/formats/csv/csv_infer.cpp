#include "data/formats/csv/csv_infer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace dk::data::csv {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view field) {
  return !field.empty() && (field[0] == '+' || field[0] == '-') ? field.substr(1) : field;
}

// @returns missing where it is no whole number that 64 bits hold
kind whole_kind(std::string_view field, double& number) {
  const auto digits = without_sign(field);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
    return kind::missing;
  const auto* const first = field.data() + (field[0] == '+' ? 1 : 0);
  std::int64_t value = 0;
  if (std::from_chars(first, field.data() + field.size(), value).ec != std::errc{})
    return kind::missing;
  number = static_cast<double>(value);
  const bool narrow =
      value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  return narrow ? kind::i32 : kind::i64;
}

bool is_double(std::string_view field, double& number) {
  while (!field.empty() && static_cast<unsigned char>(field.front()) <= ' ')
    field.remove_prefix(1);
  while (!field.empty() && static_cast<unsigned char>(field.back()) <= ' ')
    field.remove_suffix(1);
  auto digits = without_sign(field);
  if (digits.empty())
    return false;
  const double sign = field[0] == '-' ? -1 : 1;
  if (digits == "NaN" || digits == "Infinity") {
    number =
        sign * (digits == "NaN" ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity());
    return true;
  }
  if (!is_digit(digits[0]) && digits[0] != '.')
    return false;
  const auto last = digits.back();
  if (last == 'd' || last == 'D' || last == 'f' || last == 'F')
    digits.remove_suffix(1);
  const auto [end, why] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (why == std::errc::invalid_argument || end != digits.data() + digits.size())
    return false;
  if (why == std::errc::result_out_of_range) // as Java: infinite or 0
    number = std::strtod(std::string{digits}.c_str(), nullptr);
  number *= sign;
  return true;
}

// Takes `least` to `most` digits off the front.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  while (count < text.size() && count < most && is_digit(text[count]))
    ++count;
  text.remove_prefix(count);
  return count >= least;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted)
    return false;
  text.remove_prefix(1);
  return true;
}

bool is_timestamp(std::string_view text) {
  const bool whole = take_digits(text, 4, 4) && take(text, '-') && take_digits(text, 1, 2) && take(text, '-') &&
                     take_digits(text, 1, 2) && take(text, ' ') && take_digits(text, 1, 2) && take(text, ':') &&
                     take_digits(text, 1, 2) && take(text, ':') && take_digits(text, 1, 2);
  return whole && (text.empty() || (take(text, '.') && take_digits(text, 1, 9) && text.empty()));
}

} // namespace

kind kind_of(std::string_view field, double& number) {
  if (field.empty())
    return kind::missing;
  if (const auto whole = whole_kind(field, number); whole != kind::missing)
    return whole;
  if (is_double(field, number))
    return kind::f64;
  return is_timestamp(field) ? kind::timestamp : kind::text;
}

kind widest(kind a, kind b) {
  if (a == b || b == kind::missing)
    return a;
  if (a == kind::missing)
    return b;
  return a <= kind::f64 && b <= kind::f64 ? std::max(a, b) : kind::text;
}

} // namespace dk::data::csv
