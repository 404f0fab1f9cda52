#include "runtime/config/section.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <utility>

namespace dk {

namespace {

using nlohmann::json;

const json& empty_table() {
  static const auto empty = json::object();
  return empty;
}

bool is_whole(const json& value, std::uint64_t low, std::uint64_t high) {
  if (!value.is_number_integer() || value < 0)
    return false;
  const auto number = value.get<std::uint64_t>();
  return low <= number && number <= high;
}

std::string range(std::uint64_t low, std::uint64_t high) {
  if (high >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return "a whole number of at least " + std::to_string(low);
  return "a whole number from " + std::to_string(low) + " to " + with_commas(high);
}

} // namespace

const json* value_at(const config_tree& tree, const std::string& path) {
  const auto* value = &tree.values;
  for (std::size_t from = 0; from < path.size();) {
    const auto slash = std::min(path.find('/', from), path.size());
    const auto key = path.substr(from, slash - from);
    from = slash + 1;
    if (value->is_object() && value->contains(key))
      value = &value->at(key);
    else if (value->is_array() && std::stoul(key) < value->size())
      value = &value->at(std::stoul(key));
    else
      return nullptr;
  }
  return value;
}

std::string shown(const json& value) {
  constexpr std::size_t most = 60;
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > most)
    text = text.substr(0, most) + "...";
  return text;
}

section::section(const config_tree& tree, std::string path)
    : tree_(tree), path_(std::move(path)), table_(&empty_table()) {
  if (const auto* found = value_at(tree, path_)) {
    if (!found->is_object())
      throw failure{errc::config, tree.where(path_) + ": `" + path_ + "` is " + shown(*found) + ", expected a table"};
    table_ = found;
  }
}

std::string section::title() const {
  auto dotted = path_;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return dotted.empty() ? "" : " in [" + dotted + ']';
}

void section::only(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : table_->items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw failure{errc::config,
                    tree_.where_key(path(key)) + ": unknown key `" + key + '`' + title() +
                        (did_you_mean(key, known).empty() ? "; known are: " + join(known) : did_you_mean(key, known))};
}

const json* section::find(const std::string& key) const {
  const auto found = table_->find(key);
  return found == table_->end() ? nullptr : &*found;
}

std::string section::shown_value(const std::string& key) const {
  const auto* value = find(key);
  return value == nullptr ? "missing" : shown(*value);
}

void section::refuse(const std::string& key, const std::string& expected) const {
  throw failure{errc::config, tree_.where(path(key)) + ": `" + key + '`' + title() + " is " + shown_value(key) +
                                  ", expected " + expected};
}

void section::refuse_without(const std::string& key, const std::string& need) const {
  throw failure{errc::config,
                tree_.where(path(key)) + ": `" + key + "` = " + shown_value(key) + title() + " needs " + need};
}

void section::refuse_both(const std::string& key, const std::string& choice) const {
  throw failure{errc::config, tree_.where(path(key)) + ':' + title() + " give " + choice + ", not both"};
}

void section::text(const std::string& key, std::string& value) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_string())
    refuse(key, "a text in quotes");
  value = found->get<std::string>();
}

void section::flag(const std::string& key, bool& value) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_boolean())
    refuse(key, "true or false");
  value = found->get<bool>();
}

void section::texts(const std::string& key, std::vector<std::string>& value) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_array() || !std::all_of(found->begin(), found->end(), [](const json& one) { return one.is_string(); }))
    refuse(key, "a list of texts, as in [\"a\", \"b\"]");
  value = found->get<std::vector<std::string>>();
}

void section::word(const std::string& key, std::string& value, const std::vector<std::string>& expected) const {
  text(key, value);
  if (find(key) != nullptr && std::find(expected.begin(), expected.end(), value) == expected.end())
    refuse(key, "one of: " + join(expected) + did_you_mean(value, expected));
}

void section::whole(const std::string& key, std::size_t& value, std::uint64_t low, std::uint64_t high) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!is_whole(*found, low, high))
    refuse(key, range(low, high));
  value = found->get<std::size_t>();
}

void section::wholes(const std::string& key, std::vector<std::size_t>& value, std::uint64_t low,
                     std::uint64_t high) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_array() ||
      !std::all_of(found->begin(), found->end(), [&](const json& one) { return is_whole(one, low, high); }))
    refuse(key, "a list, each " + range(low, high));
  value = found->get<std::vector<std::size_t>>();
}

void section::number(const std::string& key, double& value, bool (*ok)(double), const std::string& expected) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_number() || !ok(found->get<double>()))
    refuse(key, expected);
  value = found->get<double>();
}

void section::numbers(const std::string& key, std::vector<double>& value, bool (*ok)(double),
                      const std::string& expected) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (!found->is_array() || !std::all_of(found->begin(), found->end(),
                                         [&](const json& one) { return one.is_number() && ok(one.get<double>()); }))
    refuse(key, "a list, each " + expected);
  value = found->get<std::vector<double>>();
}

void section::like(const std::string& key, json& value) const {
  const auto* found = find(key);
  if (found == nullptr)
    return;
  if (value.is_number_float()) {
    if (!found->is_number())
      refuse(key, "a number");
    value = found->get<double>();
    return;
  }
  if (value.is_number() ? !found->is_number_integer() : value.type() != found->type())
    refuse(key, value.is_number() ? "a whole number" : value.is_boolean() ? "true or false" : "a text in quotes");
  value = *found;
}

std::vector<std::string> section::list(const std::string& key) const {
  const auto* found = find(key);
  if (found == nullptr)
    return {};
  if (!found->is_array())
    refuse(key, "a list");
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < found->size(); ++i)
    paths.push_back(join_path(path(key), std::to_string(i)));
  return paths;
}

} // namespace dk
