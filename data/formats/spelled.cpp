#include "data/formats/spelled.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace dk::data {

namespace {

using nlohmann::json;

constexpr std::string_view json_blanks = " \t\r\n";

bool is_json_number(std::string_view text) {
  const auto* at = text.data();
  const auto* const end = at + text.size();
  const auto digits = [&] {
    const auto* const first = at;
    while (at != end && *at >= '0' && *at <= '9')
      ++at;
    return at - first;
  };
  at += at != end && *at == '-' ? 1 : 0;
  const bool zero = at != end && *at == '0';
  if (const auto whole = digits(); whole == 0 || (zero && whole > 1))
    return false;
  if (at != end && *at == '.' && (++at, digits() == 0))
    return false;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    at += at != end && (*at == '+' || *at == '-') ? 1 : 0;
    if (digits() == 0)
      return false;
  }
  return at == end;
}

// What a value of JSON reads as: a text what it says, null nothing, and all else as it stands.
std::string json_reading(std::string_view value) {
  if (value.empty() || value == "null")
    return {};
  return value.front() == '"' ? json::parse(value).get<std::string>() : std::string{value};
}

// The number that a text is; NaN for none at all. Nothing where it is no number.
std::optional<double> number_in(const std::string& text, spelling as) {
  if (text.empty())
    return std::numeric_limits<double>::quiet_NaN();
  if (as == spelling::json && (text == "true" || text == "false"))
    return text == "true" ? 1 : 0;
  constexpr double exact_to = 9007199254740992.0; // 2^53
  double value = 0;
  const auto first = text.front() == '+' ? 1U : 0U;
  const auto [end, why] = std::from_chars(text.data() + first, text.data() + text.size(), value);
  const bool is_number = why == std::errc{} && end == text.data() + text.size();
  const bool is_rounded = std::abs(value) > exact_to && text.find_first_of(".eE") == std::string::npos;
  return is_number && !is_rounded ? std::optional{value} : std::nullopt;
}

// Where a value ends that starts at `at`.
std::size_t end_of_value(std::string_view line, std::size_t at) {
  std::size_t depth = 0;
  bool inside = false; // a text
  for (; at < line.size(); ++at) {
    const auto c = line[at];
    if (inside) {
      at += c == '\\' ? 1U : 0U;
      inside = c != '"';
    } else if (c == '"') {
      inside = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}' || c == ':')) {
      return at;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return at;
}

} // namespace

std::string unquoted(std::string_view field) {
  if (field.size() < 2 || field.front() != '"')
    return std::string{field};
  std::string text;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    text += field[i];
    i += field[i] == '"' ? 1U : 0U;
  }
  return text;
}

void append_quoted(std::string& to, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && !text.empty()) {
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

std::string json_text(std::string_view text) {
  return json(std::string{text}).dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_csv_field(std::string& to, const column& from, std::size_t row) {
  const auto text = (*texts_in(from))[row];
  switch (from.spelled) {
  case spelling::plain:
    append_quoted(to, text);
    break;
  case spelling::csv:
  case spelling::csv_number:
    if (!text.empty() && text.front() != '"' && text.find(',') != std::string_view::npos) // of another delimiter
      append_quoted(to, text);
    else
      to += text;
    break;
  case spelling::json:
    if (!text.empty() && text != "null")
      append_quoted(to, json_reading(text));
    break;
  }
}

bool append_json_value(std::string& to, const column& from, std::size_t row) {
  const auto text = (*texts_in(from))[row];
  switch (from.spelled) {
  case spelling::plain:
    to += json_text(text);
    break;
  case spelling::csv:
    to += json_text(unquoted(text));
    break;
  case spelling::csv_number:
    to += is_json_number(text) ? std::string{text} : json_text(unquoted(text));
    break;
  case spelling::json:
    to += text;
    return !text.empty();
  }
  return true;
}

column plain_values(const column& from, bool numbers) {
  const auto& all = *texts_in(from);
  texts read;
  std::vector<double> values;
  for (std::size_t row = 0; row < all.size(); ++row) {
    const auto text = from.spelled == spelling::json    ? json_reading(all[row])
                      : from.spelled == spelling::plain ? std::string{all[row]}
                                                        : unquoted(all[row]);
    numbers = numbers && !(from.spelled == spelling::json && all[row].substr(0, 1) == "\"");
    const auto number = numbers ? number_in(text, from.spelled) : std::nullopt;
    numbers = number.has_value();
    values.push_back(number.value_or(0));
    read.push_back(text);
  }
  column made{from.name, {}, std::move(read), from.origin, from.fields, from.numbers};
  if (numbers)
    made.values = std::move(values);
  return made;
}

std::vector<json_member> json_members(std::string_view line) {
  std::vector<json_member> all;
  const auto skip = [&](std::size_t at) { return std::min(line.find_first_not_of(json_blanks, at), line.size()); };
  for (auto at = skip(line.find('{') + 1); at < line.size() && line[at] == '"';) {
    const auto colon = end_of_value(line, at);
    const auto key = line.substr(at, line.find_last_of('"', colon) + 1 - at);
    const auto first = skip(colon + 1);
    const auto end = end_of_value(line, first);
    auto value = line.substr(first, end - first);
    value = value.substr(0, value.find_last_not_of(json_blanks) + 1);
    all.push_back({json::parse(key).get<std::string>(), value});
    at = skip(end + 1);
  }
  return all;
}

} // namespace dk::data
