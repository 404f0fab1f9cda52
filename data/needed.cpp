#include "data/needed.hpp"

#include "data/transforms/catalog.hpp"

#include <algorithm>
#include <utility>

namespace dk::data {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

// The transform for these of its columns only.
spec narrowed(spec given, const pairs& kept) {
  auto from = nlohmann::json::array();
  auto to = nlohmann::json::array();
  for (const auto& [source, target] : kept) {
    from.push_back(source);
    to.push_back(target);
  }
  given.keys.erase("column");
  given.keys["columns"] = from;
  if (from != to) // in place `to` may be a range
    given.keys["to"] = to;
  return given;
}

// Those that make a wanted column; from here on what they read is wanted in its place.
pairs taken_from(const pairs& all, std::set<std::string>& wanted) {
  pairs kept;
  for (const auto& one : all)
    if (wanted.count(one.second) != 0)
      kept.push_back(one);
  for (const auto& one : kept)
    wanted.erase(one.second);
  for (const auto& one : kept)
    wanted.insert(one.first);
  return kept;
}

} // namespace

needed_part needed_for(const pipeline& all, std::set<std::string> wanted, bool filters) {
  needed_part needed;
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    const auto& kind = find_transform(one->transform.name);
    if (kind.training_only)
      continue;
    if (kind.columns == column_use::one && filters) {
      for (auto& name : source_columns(one->transform))
        wanted.insert(std::move(name));
      needed.transforms.push_back(*one);
    } else if (kind.columns == column_use::into_one) {
      if (wanted.erase(one->transform.keys.at("to").get<std::string>()) == 0)
        continue;
      for (auto& name : source_columns(one->transform))
        wanted.insert(std::move(name));
      needed.transforms.push_back(*one);
    } else if (kind.columns == column_use::each) {
      const auto steps = transform_columns(one->transform);
      if (const auto kept = taken_from(steps, wanted); kept.size() == steps.size())
        needed.transforms.push_back(*one);
      else if (!kept.empty())
        needed.transforms.push_back({narrowed(one->transform, kept), one->fitted});
    }
  }
  std::reverse(needed.transforms.begin(), needed.transforms.end());
  needed.columns = std::move(wanted);
  return needed;
}

std::vector<column_step> way_of(const pipeline& all, std::string column) {
  std::vector<column_step> way;
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    const auto& kind = find_transform(one->transform.name);
    if (kind.training_only || (kind.columns != column_use::each && kind.columns != column_use::into_one))
      continue;
    if (kind.columns == column_use::into_one) {
      if (one->transform.keys.at("to") == column)
        break;
      continue;
    }
    for (const auto& [source, target] : transform_columns(one->transform))
      if (target == column) {
        way.push_back({{narrowed(one->transform, {{source, target}}), one->fitted}, source, target});
        column = source;
        break;
      }
  }
  return way;
}

} // namespace dk::data
