#include "data/formats/json/json_line.hpp"

#include "data/formats/bytes/encoding.hpp"
#include "data/formats/spelled.hpp"

#include <algorithm>
#include <set>

namespace dk::data::json_lines {

namespace {

using nlohmann::json;

bool is_digit_of_json(char c) {
  return c >= '0' && c <= '9';
}

/// What a parser does not tell of a line.
struct line_facts {
  std::size_t keys = 0;       ///< of the object
  std::size_t inner_keys = 0; ///< of objects that are its values
  std::size_t nan = std::string_view::npos;
  std::size_t infinity = std::string_view::npos;
  std::size_t too_whole = std::string_view::npos; ///< a whole number of 20 digits or more
};

// Passes over a text, from its quote on.
std::size_t end_of_text(std::string_view line, std::size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at)
    at += line[at] == '\\' ? 1U : 0U;
  return at;
}

// Passes over a number, from its first digit on.
std::size_t end_of_number(std::string_view line, std::size_t at, line_facts& facts) {
  constexpr std::size_t digits_of_64_bits = 19;
  const auto first = at;
  while (at + 1 < line.size() && is_digit_of_json(line[at + 1]))
    ++at;
  const bool whole = at + 1 >= line.size() || std::string_view{".eE"}.find(line[at + 1]) == std::string_view::npos;
  const bool is_part = first > 0 && std::string_view{".eE+"}.find(line[first - 1]) != std::string_view::npos;
  if (whole && !is_part && at + 1 - first > digits_of_64_bits && facts.too_whole == std::string_view::npos)
    facts.too_whole = first;
  return at;
}

line_facts facts_of(std::string_view line) {
  line_facts facts;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const auto c = line[at];
    if (c == '"')
      at = end_of_text(line, at);
    else if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']')
      --depth;
    else if (c == ':')
      (depth == 1 ? facts.keys : facts.inner_keys) += depth <= 2 ? 1U : 0U;
    else if (is_digit_of_json(c))
      at = end_of_number(line, at, facts);
    else if (c == 'N' && line.substr(at, 3) == "NaN" && facts.nan == std::string_view::npos)
      facts.nan = at;
    else if (c == 'I' && line.substr(at, 8) == "Infinity" && facts.infinity == std::string_view::npos)
      facts.infinity = at;
  }
  return facts;
}

// Where the first whole number stands that 64 bits do not hold, under one of these keys.
std::size_t wide_whole_in(std::string_view line, const line_facts& facts, const key_names& wanted) {
  if (wanted.empty() || facts.too_whole == std::string_view::npos)
    return facts.too_whole;
  for (const auto& [key, value] : json_members(line))
    if (std::find(wanted.begin(), wanted.end(), key) != wanted.end())
      if (const auto wide = facts_of(value).too_whole; wide != std::string_view::npos)
        return static_cast<std::size_t>(value.data() - line.data()) + wide;
  return std::string_view::npos;
}

std::string with_nulls(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const auto from = at;
    if (line[at] == '"')
      at = end_of_text(line, at);
    else if (line.substr(at, 3) == "NaN") {
      text += "null";
      at += 2;
      continue;
    }
    text += line.substr(from, at + 1 - from);
  }
  return text;
}

std::size_t inner_keys_of(const json& object) {
  std::size_t all = 0;
  for (const auto& value : object)
    all += value.is_object() ? value.size() : 0U;
  return all;
}

// The first key that is there twice.
std::string repeated_key(const std::string& line) {
  std::vector<std::set<std::string>> seen;
  std::string found;
  const auto unused = json::parse(
      line,
      [&](int depth, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start)
          seen.resize(static_cast<std::size_t>(depth)); // those of an object before it are gone
        if (event == json::parse_event_t::key) {
          seen.resize(static_cast<std::size_t>(depth));
          if (!seen.back().insert(parsed.get<std::string>()).second && found.empty())
            found = parsed.get<std::string>();
        }
        return true;
      },
      false);
  return unused.is_discarded() ? std::string{} : found;
}

std::string shown_value(const json& value) {
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t most = 40;
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

void refuse_json(std::string_view line, const line_refusal& refuse) {
  try {
    const auto read = json::parse(line);
    if (!read.is_object())
      refuse("holds " + shown_value(read) + ", expected an object, as {\"x\": 1.5, \"label\": 0}", 1);
  } catch (const json::parse_error& why) {
    const bool returns = line.substr(0, line.find_last_not_of(" \t\r") + 1).find('\r') != std::string_view::npos;
    refuse(std::string{"is no JSON; expected an object a line"} +
               (returns ? "; lines end by a line feed, not by a carriage return" : ""),
           why.byte);
  } catch (const json::out_of_range&) {
    refuse("holds a number that no double can hold; rescale it", 0);
  }
}

} // namespace

json parsed_line(std::string_view line, const key_names& wanted) {
  auto read = json::parse(line, nullptr, false);
  const auto facts = facts_of(line);
  if (read.is_discarded() && facts.nan != std::string_view::npos)
    read = json::parse(with_nulls(line), nullptr, false);
  const bool whole = read.is_object() && facts.keys == read.size() && facts.inner_keys == inner_keys_of(read) &&
                     wide_whole_in(line, facts, wanted) == std::string_view::npos;
  return whole ? read : json{};
}

void refuse_line(std::string_view line, const line_refusal& refuse, const key_names& wanted) {
  if (starts_as_utf16(line.substr(0, 64)))
    refuse("starts as text in UTF-16; set `encoding` to \"utf-16\", or save the file as UTF-8", 0);
  if (const auto bad = first_not_utf8(line); bad != std::string_view::npos)
    refuse(not_utf8(line, bad), bad + 1);
  const auto facts = facts_of(line);
  if (facts.infinity != std::string_view::npos)
    refuse("holds Infinity, expected a finite number; correct it, or write null where it is missing",
           facts.infinity + 1);
  const auto text = facts.nan == std::string_view::npos ? std::string{line} : with_nulls(line);
  refuse_json(text, refuse);
  if (const auto wide = wide_whole_in(line, facts, wanted); wide != std::string_view::npos)
    refuse("holds the whole number " + std::string{line.substr(wide, 20)} +
               "..., which 64 bits do not hold; write it as text",
           wide + 1);
  refuse("has the key `" + repeated_key(text) + "` twice; rename one", 0);
}

} // namespace dk::data::json_lines
