#include "data/transforms/catalog.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/transforms/min_max.hpp"
#include "data/transforms/one_hot.hpp"

#include <array>

namespace dk::data {

namespace {

struct transform {
  const char* name;
  void (*check)(const spec& transform);
  void (*apply)(const spec& transform, table& to);
};

constexpr std::array transforms{
    transform{"min_max", min_max::check, min_max::apply},
    transform{"one_hot", one_hot::check, one_hot::apply},
};

const transform& find_transform(const spec& given) {
  for (const auto& t : transforms)
    if (given.name == t.name)
      return t;
  const auto names = transform_names();
  throw failure{errc::config, "unknown transform `" + given.name + '`' + did_you_mean(given.name, names) +
                                  "; known are: " + join(names)};
}

// The strings of a key that holds one string or a list of them; none when it holds anything else.
std::vector<std::string> names_in(const spec& given, const char* key) {
  const auto found = given.keys.find(key);
  if (found == given.keys.end())
    return {};
  if (found->is_string())
    return {found->get<std::string>()};
  if (found->is_array() && !found->empty() && found->front().is_string())
    return found->get<std::vector<std::string>>();
  return {};
}

} // namespace

void apply(const std::vector<spec>& given, table& to) {
  for (const auto& one : given) {
    check_transform(one);
    find_transform(one).apply(one, to);
  }
}

void check_transform(const spec& given) {
  find_transform(given).check(given);
  if (given.keys.contains("column") == given.keys.contains("columns"))
    throw failure{errc::config, "transform `" + given.name + "`: needs either `column` or `columns`"};
  transform_columns(given);
}

std::vector<std::string> transform_names() {
  std::vector<std::string> names;
  for (const auto& t : transforms)
    names.emplace_back(t.name);
  return names;
}

std::vector<std::pair<std::string, std::string>> transform_columns(const spec& given) {
  auto from = names_in(given, "column");
  if (from.empty())
    from = names_in(given, "columns");
  auto to = names_in(given, "to");
  if (to.empty())
    to = from;
  if (from.size() != to.size())
    throw failure{errc::config, "transform `" + given.name + "`: `to` names " + std::to_string(to.size()) +
                                    " columns for " + std::to_string(from.size()) + "; give as many"};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < from.size(); ++i)
    pairs.emplace_back(std::move(from[i]), std::move(to[i]));
  return pairs;
}

} // namespace dk::data
