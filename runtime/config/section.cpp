#include "runtime/config/section.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace dk {

namespace {

using nlohmann::json;

const json& empty_table() {
  static const auto empty = json::object();
  return empty;
}

// A step of a path as an index; too large for any list where it is none.
std::size_t index_of(const std::string& step) {
  constexpr std::size_t most_digits = 18;
  const bool is_number = !step.empty() && step.find_first_not_of("0123456789") == std::string::npos;
  return is_number && step.size() <= most_digits ? std::stoul(step) : std::numeric_limits<std::size_t>::max();
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
    else if (const auto index = index_of(key); value->is_array() && index < value->size())
      value = &value->at(index);
    else
      return nullptr;
  }
  return value;
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

void section::check(const std::vector<key_rule>& rules) const {
  placed(tree_, path_,
         [&] { check_keys(*table_, rules, [&](const key_fault& fault) { return in_words(fault, rules, title()); }); });
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

std::vector<std::string> section::list(const std::string& key) const {
  const auto* found = find(key);
  if (found == nullptr)
    return {};
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < found->size(); ++i)
    paths.push_back(join_path(path(key), std::to_string(i)));
  return paths;
}

void placed(const config_tree& tree, const std::string& path, const std::function<void()>& check) {
  try {
    check();
  } catch (const key_failure& why) {
    const auto at = join_path(path, why.path());
    const bool is_name = why.at_fault() == key_failure::side::name;
    throw failure{why.code(), (is_name ? tree.where_key(at) : tree.where(at)) + ": " + why.what()};
  } catch (const failure& why) {
    throw failure{why.code(), tree.where(path) + ": " + why.what()};
  }
}

} // namespace dk
