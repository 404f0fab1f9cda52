#include "data/needed_columns.hpp"

#include "common/error.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/pick.hpp"
#include "data/transforms/catalog.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace dk::data {

namespace {

using names = std::vector<std::string>;

bool has(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

void add(names& all, const std::string& name) {
  if (!has(all, name))
    all.push_back(name);
}

/// A transform, and the columns that it reads and writes.
struct step {
  explicit step(const spec& of) : transform(of), kind(find_transform(of.name)), reads(source_columns(of)) {
    if (kind.columns == column_use::each)
      for (auto& [from, to] : transform_columns(of))
        writes.push_back(to);
    else if (kind.columns == column_use::into_one)
      writes.push_back(of.keys.at("to").get<std::string>());
  }

  bool only_looks() const { return kind.columns == column_use::one; }
  bool makes() const { return !writes.empty(); }
  bool takes_text() const { return kind.takes_text != nullptr && kind.takes_text(transform); }
  bool renames() const { return transform.name == "rename"; }

  const spec& transform;
  const transform_kind& kind;
  names reads;
  names writes;
};

std::vector<step> steps_of(const std::vector<spec>& transforms) {
  std::vector<step> all;
  for (const auto& one : transforms)
    all.emplace_back(one);
  return all;
}

/// What transforms ask of the source, in the order in which they are applied.
class demand {
public:
  explicit demand(const std::vector<step>& steps) {
    for (const auto& one : steps) {
      for (const auto& name : one.reads)
        take(one, name);
      for (std::size_t i = 0; i < one.writes.size(); ++i)
        origins_[one.writes[i]] = one.renames() ? origin_of(one.reads[i]) : std::string{};
      makes_features = makes_features || (has(one.writes, "features") && !reads_features_);
    }
  }

  names columns;               ///< the source's own, but `features` and `label`
  names looks_at;              ///< those of them that no transform but a filter reads
  names text;                  ///< what is taken for text; `label` is that of the source
  bool makes_features = false; ///< without those of the source

private:
  // The name that a column has in the source; nothing where a transform has made it.
  std::string origin_of(const std::string& name) const {
    const auto made = origins_.find(name);
    return made == origins_.end() ? name : made->second;
  }

  void take(const step& by, const std::string& name) {
    const auto origin = origin_of(name);
    if (origin == "features")
      reads_features_ = true;
    if (origin.empty() || origin == "features")
      return;
    if (by.takes_text())
      add(text, origin);
    if (origin == "label")
      return;
    if (by.only_looks() && !has(columns, origin))
      add(looks_at, origin);
    else if (!by.only_looks())
      looks_at.erase(std::remove(looks_at.begin(), looks_at.end(), origin), looks_at.end());
    add(columns, origin);
  }

  std::map<std::string, std::string> origins_; // of what has been made
  bool reads_features_ = false;
};

// The columns, as the source has them, that `features` or `label` come of in the end.
std::set<std::string> that_count(const std::vector<step>& steps) {
  std::set<std::string> live{"features", "label"};
  for (auto one = steps.rbegin(); one != steps.rend(); ++one) {
    auto before = live;
    for (const auto& name : one->writes)
      before.erase(name);
    for (std::size_t i = 0; i < one->reads.size(); ++i)
      if (one->makes() && live.count(one->writes[std::min(i, one->writes.size() - 1)]) != 0)
        before.insert(one->reads[i]);
    live = std::move(before);
  }
  return live;
}

names listed(const spec& source, const char* key) {
  const auto found = source.keys.find(key);
  if (found == source.keys.end())
    return {};
  return found->is_string() ? names{found->get<std::string>()} : found->get<names>();
}

// What is made of a column must not be lost because the column went into the features or the label before.
void check_effect(const std::vector<step>& steps, const names& added, const names& features, bool rest,
                  const names& labels) {
  const auto counts = that_count(steps);
  for (const auto& one : steps)
    for (const auto& name : one.reads) {
      const bool is_label = has(labels, name);
      const bool is_feature = rest || has(features, name);
      if (!one.makes() || !has(added, name) || counts.count(name) != 0 || !(is_label || is_feature))
        continue;
      const auto what = "transform `" + one.transform.name + "`: what it makes of column `" + name + "` ";
      throw failure{errc::config, what + (is_label ? "does not reach the label, which transforms know as `label`; name "
                                                     "`label` in its place"
                                                   : "reaches neither `features` nor `label`; work on `features`, or "
                                                     "put it into `features` by `assemble`")};
    }
}

bool takes(const spec& source, const char* key) {
  const auto rules = source_keys(source.name);
  return std::any_of(rules.begin(), rules.end(), [&](const key_rule& rule) { return rule.name == key; });
}

void add_listed(spec& source, const char* key, const names& more) {
  auto all = listed(source, key);
  const auto before = all.size();
  for (const auto& name : more)
    add(all, name);
  if (all.size() > before)
    source.keys[key] = all;
}

} // namespace

spec with_needed_columns(spec source, const std::vector<spec>& transforms) {
  const bool as_it_is = source.name == "prepared" && !source.keys.contains("features") &&
                        !source.keys.contains("label") && !source.keys.contains("columns"); // every column is read
  if (!takes(source, "columns") || as_it_is)
    return source;
  const auto steps = steps_of(transforms);
  const demand wanted{steps};
  const auto labels = label_names(source);
  const auto columns = listed(source, "columns");
  const auto features = listed(source, "features");
  names added;
  for (const auto& name : wanted.columns)
    if (!has(columns, name) && (!has(columns, "*") || has(features, name) || has(labels, name)))
      added.push_back(name);
  const bool says_nothing = features.empty() && columns.empty() && !wanted.makes_features;
  check_effect(steps, added, features, says_nothing || has(features, "*"),
               source.keys.contains("label") ? labels : names{});
  if (says_nothing && !added.empty()) {
    names rest{"*"};
    for (const auto& name : wanted.looks_at)
      if (!has(wanted.text, name) && !has(labels, name))
        rest.push_back(name); // a filter's number stays a feature
    source.keys["features"] = rest;
  }
  add_listed(source, "columns", added);
  if (takes(source, "text")) {
    names text;
    for (const auto& name : wanted.text)
      if (name != "label")
        text.push_back(name);
      else if (labels.size() == 1 && source.keys.contains("label") && !source.keys.at("label").is_array())
        text.push_back(labels.front());
      else if (!source.keys.contains("label"))
        text.emplace_back("label");
    add_listed(source, "text", text);
  }
  return source;
}

std::vector<spec> with_needed_columns(std::vector<spec> transforms) {
  for (std::size_t i = 0; i < transforms.size(); ++i)
    for (const auto& rule : find_transform(transforms[i].name).keys)
      if (rule.kind == key_kind::source && transforms[i].keys.contains(rule.name)) {
        auto& value = transforms[i].keys.at(rule.name);
        const auto later = i == 0 ? 0 : i + 1;
        const std::vector<spec> rest{transforms.begin() + static_cast<std::ptrdiff_t>(later), transforms.end()};
        spec with{value.at("format").get<std::string>(), value};
        with.keys.erase("format");
        with = with_needed_columns(std::move(with), rest);
        with.keys["format"] = with.name;
        value = with.keys;
      }
  return transforms;
}

} // namespace dk::data
