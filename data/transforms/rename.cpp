// rename: gives columns the names in `to`; where another column has such a name already, that one goes.

#include "data/transforms/transform.hpp"

#include <algorithm>

namespace dk::data {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

// All at once, so that two columns can swap names.
void rename(const pairs& names, table& to) {
  for (const auto& [from, name] : names)
    to.at(from);
  const auto pair_from = [&](const std::string& name) {
    return std::find_if(names.begin(), names.end(), [&](const auto& pair) { return pair.first == name; });
  };
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(names.begin(), names.end(), [&](const auto& pair) { return pair.second == name; });
  };
  table all{to.rows()};
  for (auto& c : std::move(to).release()) {
    const auto pair = pair_from(c.name);
    if (pair == names.end() && is_taken(c.name))
      continue;
    if (pair != names.end())
      c.name = pair->second;
    all.put(std::move(c));
  }
  to = std::move(all);
}

void apply_rename(const spec& given, const nlohmann::json&, table& to) {
  rename(transform_columns(given), to);
}

void invert_rename(const spec& given, const nlohmann::json&, table& to) {
  auto names = transform_columns(given);
  for (auto& [from, name] : names)
    std::swap(from, name);
  rename(names, to);
}

void check_rename(const spec& given) {
  if (!given.keys.contains("to"))
    throw key_failure{"transform `rename`: `to` is missing, expected the new names", "to"};
}

} // namespace

extern const transform_kind rename_transform;
const transform_kind rename_transform{"rename",      {},          column_use::each, nullptr, apply_rename,
                                      invert_rename, check_rename};

} // namespace dk::data
