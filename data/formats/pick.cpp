#include "data/formats/pick.hpp"

#include "common/error.hpp"
#include "data/assemble.hpp"

#include <algorithm>
#include <optional>
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

std::optional<std::string> label_of(const table& from, const spec& source) {
  if (source.keys.contains("label"))
    return source.keys.at("label").get<std::string>();
  return from.find("label") == nullptr ? std::nullopt : std::optional<std::string>{"label"};
}

names features_of(const table& from, const spec& source, const std::optional<std::string>& label) {
  if (const auto listed = names_of(source, "features"))
    return *listed;
  if (source.keys.contains("columns"))
    return {};
  if (from.find("features") != nullptr)
    return {"features"};
  names all;
  for (const auto& c : from.columns())
    if (c.name != label && texts_in(c) == nullptr)
      all.push_back(c.name);
  return all;
}

column named(column which, const std::string& name) {
  if (which.fields.empty() && which.name != name)
    which.fields.assign(1, which.name);
  which.name = name;
  return which;
}

} // namespace

std::vector<key_rule> pick_keys() {
  return {{"features", key_kind::names}, {"label", key_kind::text}, {"columns", key_kind::names}};
}

table picked_columns(table from, const spec& source) {
  const auto label = label_of(from, source);
  const auto features = features_of(from, source, label);
  auto kept = names_of(source, "columns").value_or(names{});
  const bool all = kept == names{"*"};
  if (all)
    kept = from.names();
  table made;
  if (features.size() == 1)
    made.put(named(from.at(features.front()), "features"));
  else if (!features.empty())
    made.put(assembled(from, features, "features"));
  if (label)
    made.put(named(from.at(*label), "label"));
  for (const auto& name : kept) {
    const bool taken = name == label || std::find(features.begin(), features.end(), name) != features.end();
    if (!taken)
      made.put(from.at(name));
    else if (!all)
      throw failure{errc::data, from.at(name).origin + ": column `" + name +
                                    "` is asked for twice; name it once in `features`, `label` and `columns`"};
  }
  if (made.columns().empty())
    throw failure{errc::data, (from.columns().empty() ? "" : from.columns().front().origin + ": ") +
                                  std::string{"has no column of numbers; name its `columns`"}};
  return made;
}

std::vector<std::string> listed_names(const spec& source) {
  names all;
  for (const auto* key : {"features", "label", "columns"})
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
