#include "data/formats/pick.hpp"

#include "common/error.hpp"
#include "data/assemble.hpp"
#include "data/dataset.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace dk::data {

namespace {

using names = std::vector<std::string>;

std::optional<names> names_of(const spec& source, const char* key) {
  const auto found = source.keys.find(key);
  if (found == source.keys.end())
    return std::nullopt;
  return found->is_string() ? names{found->get<std::string>()} : found->get<names>();
}

names labels_of(const table& from, const spec& source) {
  const bool is_listed = source.keys.contains("label");
  return is_listed || from.find("label") != nullptr ? label_names(source) : names{};
}

bool lists(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

names features_of(const table& from, const spec& source, const names& labels, const names& kept) {
  const auto listed = names_of(source, "features").value_or(names{});
  const bool all = lists(listed, "*");
  if (!listed.empty() && !all)
    return listed;
  if (source.keys.contains("columns") && !all)
    return {};
  if (from.find("features") != nullptr)
    return {"features"};
  names rest;
  for (const auto& c : from.columns())
    if (lists(listed, c.name) || (!lists(labels, c.name) && !lists(kept, c.name) && texts_in(c) == nullptr))
      rest.push_back(c.name);
  return rest;
}

// No column may be a feature twice.
void check_once(const table& from, names all) {
  std::sort(all.begin(), all.end());
  if (const auto twice = std::adjacent_find(all.begin(), all.end()); twice != all.end())
    throw failure{errc::data, from.at(*twice).origin + ": column `" + *twice + "` is listed twice; name it once"};
}

column named(column which, const std::string& name) {
  if (which.fields.empty() && which.name != name)
    which.fields.assign(1, which.name);
  which.name = name;
  return which;
}

} // namespace

std::vector<key_rule> pick_keys() {
  return {{"features", key_kind::names},
          {"label", key_kind::names},
          {"columns", key_kind::names},
          {"weight", key_kind::text}};
}

namespace {

table picked_without_weight(table from, const spec& source) {
  const auto labels = labels_of(from, source);
  auto kept = names_of(source, "columns").value_or(names{});
  const auto features = features_of(from, source, labels, kept);
  const auto rest = std::find(kept.begin(), kept.end(), "*");
  if (rest != kept.end()) {
    kept.erase(rest);
    std::set<std::string> taken{kept.begin(), kept.end()};
    taken.insert(labels.begin(), labels.end());
    taken.insert(features.begin(), features.end());
    for (const auto& name : from.names())
      if (taken.count(name) == 0)
        kept.push_back(name);
  }
  check_once(from, features);
  check_once(from, labels);
  table made{from.rows()};
  const auto put = [&](const names& which, const char* as) {
    if (which.size() == 1)
      made.put(named(from.at(which.front()), as));
    else if (!which.empty())
      made.put(assembled(from, which, as));
  };
  put(features, "features");
  put(labels, "label");
  for (const auto& name : kept)
    if (made.find(name) == nullptr)
      made.put(from.at(name));
    else if (!(features == names{name} || labels == names{name}))
      throw failure{errc::data,
                    from.at(name).origin + ": column `" + name + "` is listed together with the `" + name +
                        "` that is made of other columns; name it in one of `features`, `label` and `columns`"};
  if (made.columns().empty())
    throw failure{errc::data, (from.columns().empty() ? "" : from.columns().front().origin + ": ") +
                                  std::string{"has no column of numbers; name its `columns`"}};
  return made;
}

std::optional<column> taken_weight(table& from, const spec& source) {
  const auto name = names_of(source, "weight");
  if (!name)
    return std::nullopt;
  auto weight = from.at(name->front());
  for (const auto* key : {"features", "label", "columns"})
    if (lists(names_of(source, key).value_or(names{}), weight.name))
      throw failure{errc::data, weight.origin + ": column `" + weight.name +
                                    "` is listed twice, as `weight` and among `" + key + "`; name it once"};
  table rest{from.rows()};
  for (auto& c : std::move(from).release())
    if (c.name != weight.name)
      rest.put(std::move(c));
  from = std::move(rest);
  return weight;
}

} // namespace

table picked_columns(table from, const spec& source) {
  auto weight = taken_weight(from, source);
  auto made = picked_without_weight(std::move(from), source);
  if (weight)
    put_weight(made, std::move(*weight));
  return made;
}

void put_weight(table& to, column weight) {
  if (to.find(weight_column) != nullptr && weight.name != weight_column)
    throw failure{errc::data, weight.origin + ": has a column `" + std::string{weight_column} +
                                  "` together with the weights `" + weight.name +
                                  "`, which get this name; leave it out of `columns`"};
  to.put(named(std::move(weight), std::string{weight_column}));
}

std::vector<std::string> named_columns(const spec& source) {
  names all;
  for (const auto* key : {"features", "columns"})
    for (auto& name : names_of(source, key).value_or(names{}))
      all.push_back(std::move(name));
  return all;
}

std::vector<std::string> label_names(const spec& source) {
  return names_of(source, "label").value_or(names{"label"});
}

std::vector<std::string> listed_names(const spec& source) {
  names all;
  for (const auto* key : {"features", "label", "columns", "weight"})
    for (auto& name : names_of(source, key).value_or(names{}))
      all.push_back(std::move(name));
  if (!source.keys.contains("features") || std::find(all.begin(), all.end(), "*") != all.end())
    all.clear();
  return all;
}

bool is_wanted(const std::string& name, const std::vector<std::string>& listed) {
  return listed.empty() || name == "label" || std::any_of(listed.begin(), listed.end(), [&](const std::string& one) {
           return one == name || one.compare(0, name.size() + 1, name + '.') == 0;
         });
}

} // namespace dk::data
