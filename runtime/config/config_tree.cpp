#include "runtime/config/config_tree.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "runtime/config/toml_limits.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <toml++/toml.h>
#include <utility>

namespace dk {

/// Fills a config_tree from toml++'s.
struct toml_converter {
  using json = nlohmann::json;

  config_tree& tree;
  std::string origin;
  bool is_setting; ///< then its text, not a position, stands for every place

  std::string at(const toml::source_region& source) const {
    if (is_setting)
      return origin;
    return origin + ':' + std::to_string(source.begin.line) + ':' + std::to_string(source.begin.column);
  }

  json convert(const toml::node& node, const std::string& path, const std::string& key_place) const {
    tree.places_[path] = {key_place, at(node.source())};
    if (const auto* table = node.as_table()) {
      auto object = json::object();
      for (const auto& [key, value] : *table) {
        const std::string name{key.str()};
        object[name] = convert(value, join_path(path, name), at(key.source()));
      }
      return object;
    }
    if (const auto* array = node.as_array()) {
      auto list = json::array();
      for (const auto& value : *array)
        list.push_back(convert(value, join_path(path, std::to_string(list.size())), at(value.source())));
      return list;
    }
    return scalar(node);
  }

  json scalar(const toml::node& node) const {
    if (const auto* text = node.as_string())
      return text->get();
    if (const auto* whole = node.as_integer())
      return whole->get();
    if (const auto* flag = node.as_boolean())
      return flag->get();
    if (const auto* number = node.as_floating_point()) {
      if (!std::isfinite(number->get()))
        throw failure{errc::config, at(node.source()) + ": inf and nan are not accepted, give a finite number"};
      return number->get();
    }
    throw failure{errc::config, at(node.source()) + ": dates and times are not accepted, put quotes around a text"};
  }
};

namespace {

std::string one_line(std::string text) {
  for (auto& c : text)
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0)
      c = ' ';
  return text;
}

toml::table parse_toml(std::string_view text, const std::string& origin, bool is_setting) {
  check_depth(text, origin, is_setting);
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& why) {
    const auto& begin = why.source().begin;
    const auto place =
        is_setting ? origin : origin + ':' + std::to_string(begin.line) + ':' + std::to_string(begin.column);
    throw failure{errc::config, place + ": not valid TOML: " + one_line(std::string{why.description()})};
  }
}

// A value is TOML where it starts like TOML that is not a word; else TOML if it happens to be (8, true), or a word.
toml::table parse_value(const std::string& text, const std::string& origin) {
  constexpr std::string_view brackets = "[{\"'";
  const auto first = text.find_first_not_of(' ');
  if (first != std::string::npos && brackets.find(text[first]) != std::string_view::npos)
    return parse_toml("v = " + text, origin, true);
  if (text.find_first_of("\n#'") == std::string::npos) {
    check_depth("v = " + text, origin, true);
    try {
      return toml::parse("v = " + text);
    } catch (const toml::parse_error&) { // a word, then
    }
  }
  return parse_toml("v = '" + text + '\'', origin, true);
}

// Enough of a setting to know it by.
std::string short_origin(const std::string& text) {
  constexpr std::size_t most = 120;
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

} // namespace

config_tree config_tree::parse(std::string_view toml, const std::string& origin) {
  check_text(toml, origin);
  const auto parsed = parse_toml(toml, origin, false);
  config_tree tree;
  tree.values = toml_converter{tree, origin, false}.convert(parsed, "", origin);
  tree.places_[""] = {origin, origin}; // what is missing has no line
  return tree;
}

void config_tree::override_with(const std::string& dotted, const std::string& text, const std::string& given_by) {
  const auto origin = short_origin(given_by); // each key of the value keeps it
  const auto parsed = parse_value(text, origin);
  const auto* value = parsed.get("v");
  if (value == nullptr || parsed.size() != 1)
    throw failure{errc::config, origin + ": gives more than one value"};
  check_depth(dotted + " = 0", origin, true);
  auto* slot = &values;
  std::string path;
  for (std::size_t from = 0; from <= dotted.size();) {
    const auto dot = std::min(dotted.find('.', from), dotted.size());
    const auto key = dotted.substr(from, dot - from);
    if (key.empty())
      throw failure{errc::config, origin + ": the key `" + dotted + "` has an empty part"};
    if (slot->is_string()) // optimizer = "adam" grows into optimizer = { name = "adam" }
      *slot = {{"name", *slot}};
    if (!slot->is_object() && !slot->is_null())
      throw failure{errc::config, origin + ": `" + path + "` is no table, so it has no key `" + key + '`'};
    slot = &(*slot)[key];
    path = join_path(path, key);
    places_.try_emplace(path, place{origin, origin});
    from = dot + 1;
  }
  for (auto old = places_.lower_bound(path + '/'); old != places_.end() && old->first.rfind(path + '/', 0) == 0;)
    old = places_.erase(old);
  *slot = toml_converter{*this, origin, true}.convert(*value, path, origin);
}

void config_tree::warn(const std::string& text) const {
  if (!is_quiet)
    log()->warn("{}", text);
}

const config_tree::place& config_tree::find(std::string path) const {
  static const place nowhere;
  for (;;) {
    if (const auto found = places_.find(path); found != places_.end())
      return found->second;
    if (path.empty())
      return nowhere;
    const auto slash = path.rfind('/');
    path.erase(slash == std::string::npos ? 0 : slash);
  }
}

void config_tree::rename(const std::string& table, const std::string& from, const std::string& to) {
  auto* values_of = &values;
  if (!table.empty())
    values_of = &values.at(nlohmann::json::json_pointer{'/' + table});
  (*values_of)[to] = std::move(values_of->at(from));
  values_of->erase(from);
  const auto old_path = join_path(table, from);
  std::map<std::string, place> moved;
  for (auto at = places_.lower_bound(old_path); at != places_.end() && at->first.rfind(old_path, 0) == 0;) {
    const auto rest = at->first.substr(old_path.size());
    if (!rest.empty() && rest.front() != '/') {
      ++at;
      continue;
    }
    moved[join_path(table, to) + rest] = at->second;
    at = places_.erase(at);
  }
  places_.merge(moved);
}

std::string config_tree::where(const std::string& path) const {
  return find(path).value;
}

std::string config_tree::where_key(const std::string& path) const {
  return find(path).key;
}

} // namespace dk
