#include "common/key_rule.hpp"

#include "common/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace dk {

namespace {

using nlohmann::json;

bool is_filled(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

bool is_finite(const json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

template <class Check>
bool is_list_of(const json& value, Check check) {
  return value.is_array() && std::all_of(value.begin(), value.end(), check);
}

bool is_texts(const json& value) {
  return is_list_of(value, [](const json& one) { return one.is_string(); });
}

bool is_names(const json& value) {
  return is_filled(value) || (is_list_of(value, is_filled) && !value.empty());
}

bool is_bounds(const json& value) {
  return is_list_of(value, is_finite) && value.size() == 2 && value[0] != value[1];
}

bool is_wholes(const json& value, const number_range& in) {
  return is_list_of(value, [&](const json& one) { return one.is_number_integer() && in.holds(one.get<double>()); });
}

bool is_numbers(const json& value, const number_range& in) {
  return is_list_of(value, [&](const json& one) { return is_finite(one) && in.holds(one.get<double>()); });
}

bool is_source(const json& value) {
  return value.is_object() && value.contains("format") && value["format"].is_string();
}

struct kind_entry {
  key_kind kind;
  const char* words; ///< where numbers are, their range follows
  bool (*holds)(const json& value, const number_range& range);
};

using any_range = const number_range&;

constexpr std::array<kind_entry, 22> kinds{{
    {key_kind::flag, "true or false", [](const json& v, any_range) { return v.is_boolean(); }},
    {key_kind::word, "a text in quotes", [](const json& v, any_range) { return v.is_string(); }},
    {key_kind::words, "a string or a list of strings",
     [](const json& v, any_range) { return v.is_string() || (is_texts(v) && !v.empty()); }},
    {key_kind::word_list, R"(a list of texts, as in ["a", "b"])", [](const json& v, any_range) { return is_texts(v); }},
    {key_kind::text, "a string", [](const json& v, any_range) { return is_filled(v); }},
    {key_kind::path, "the path of a file", [](const json& v, any_range) { return is_filled(v); }},
    {key_kind::texts, "a list of strings", [](const json& v, any_range) { return is_names(v) && v.is_array(); }},
    {key_kind::names, "a string or a list of strings", [](const json& v, any_range) { return is_names(v); }},
    {key_kind::character, "a string of one character",
     [](const json& v, any_range) { return v.is_string() && v.get_ref<const std::string&>().size() == 1; }},
    {key_kind::whole, "a whole number", [](const json& v, any_range) { return v.is_number_integer(); }},
    {key_kind::whole_list, "a list, each a whole number", is_wholes},
    {key_kind::shape, "a list of whole numbers",
     [](const json& v, any_range r) { return is_wholes(v, r) && !v.empty(); }},
    {key_kind::number, "a number", [](const json& v, any_range) { return is_finite(v); }},
    {key_kind::number_list, "a list, each a number", is_numbers},
    {key_kind::numbers, "a list of numbers", [](const json& v, any_range) { return v.is_array() && !v.empty(); }},
    {key_kind::bounds, "two different numbers, as in [0, 255]", [](const json& v, any_range) { return is_bounds(v); }},
    {key_kind::names_or_bounds, "names of columns, or two different numbers",
     [](const json& v, any_range) { return is_names(v) || is_bounds(v); }},
    {key_kind::value, "a number or a string", [](const json& v, any_range) { return is_finite(v) || v.is_string(); }},
    {key_kind::source, R"(a source, as in { format = "csv", path = "more.csv" })",
     [](const json& v, any_range) { return is_source(v); }},
    {key_kind::table, "a table", [](const json& v, any_range) { return v.is_object(); }},
    {key_kind::list, "a list", [](const json& v, any_range) { return v.is_array(); }},
    {key_kind::part, "", [](const json&, any_range) { return true; }},
}};

const kind_entry& entry_of(key_kind kind) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const kind_entry& one) { return one.kind == kind; });
}

// 1,000,000 and 0.001, but 1e9 and 1e-9 of numbers that are not whole ones, unless digits would be lost.
std::string written(double x, bool is_whole) {
  constexpr double much = 1e9;
  constexpr double many_digits = 1e18;
  constexpr double little = 1e-6;
  if (std::isinf(x))
    return "";
  if (x >= 0 && x == std::floor(x) && (is_whole || x < much))
    return with_commas(static_cast<unsigned long long>(x));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), std::abs(x) >= little && std::abs(x) < 1 ? "%f" : "%g", x);
  std::string made = text.data();
  if (x >= much && x < many_digits && x == std::floor(x) && std::strtod(made.c_str(), nullptr) != x)
    return with_commas(static_cast<unsigned long long>(x));
  if (const auto e = made.find('e'); e != std::string::npos) // 1e-09
    return made.substr(0, e + 1) + (made[e + 1] == '-' ? "-" : "") + made.substr(made.find_first_not_of("+-0", e + 1));
  return made.find('.') == std::string::npos ? made : made.substr(0, made.find_last_not_of('0') + 1);
}

std::string words_of(const number_range& range, bool is_whole) {
  const std::string unit = *range.unit == '\0' ? "" : std::string{" of "} + range.unit;
  const auto low = written(range.low, is_whole);
  const auto high = written(range.high, is_whole);
  if (range.low == -no_limit)
    return unit;
  if (range.has_low && range.has_high)
    return unit + " from " + low + " to " + high;
  const auto from = (range.has_low ? (unit.empty() ? " of at least " : ", at least ") : " above ") + low;
  return unit + from + (range.high == no_limit ? "" : (range.has_high ? " and at most " : " and below ") + high);
}

} // namespace

bool number_range::holds(double x) const {
  if (or_zero && x == 0)
    return true;
  return (has_low ? x >= low : x > low) && (has_high ? x <= high : x < high);
}

bool is_of_kind(const key_rule& rule, const json& value) {
  return entry_of(rule.kind).holds(value, rule.range);
}

std::string expected(const key_rule& rule) {
  if (!rule.expected.empty())
    return rule.expected;
  if (!rule.words.empty())
    return "one of: " + join(rule.words);
  const bool is_whole =
      rule.kind == key_kind::whole || rule.kind == key_kind::whole_list || rule.kind == key_kind::shape;
  return (rule.range.or_zero ? "0, or " : "") + (entry_of(rule.kind).words + words_of(rule.range, is_whole)) +
         (rule.kind == key_kind::shape ? ", as in [28, 28, 1]" : "");
}

} // namespace dk
