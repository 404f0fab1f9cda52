#include "data/transforms/transform.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <cmath>

namespace dk::data {

namespace {

using nlohmann::json;

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

[[noreturn]] void not_fitted(const spec& given, const std::string& column, const std::string& why) {
  throw failure{errc::checkpoint, "what `" + given.name + "` was fitted to in column `" + column + "` " + why +
                                      "; the run's pipeline is missing or damaged, train again"};
}

} // namespace

std::vector<std::string> source_columns(const spec& given) {
  auto from = names_in(given, "column");
  return from.empty() ? names_in(given, "columns") : from;
}

std::vector<std::pair<std::string, std::string>> transform_columns(const spec& given) {
  auto from = source_columns(given);
  auto to = names_in(given, "to");
  if (to.empty())
    to = from;
  if (from.size() != to.size())
    throw key_failure{"transform `" + given.name + "`: `to` names " + counted(to.size(), "column") + " for " +
                          std::to_string(from.size()) + "; give as many",
                      "to"};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < from.size(); ++i)
    pairs.emplace_back(std::move(from[i]), std::move(to[i]));
  return pairs;
}

std::string column_text(const column& which) {
  return (which.origin.empty() ? "" : which.origin + ": ") + "column `" + which.name + "` ";
}

void require_single(const column& which, const std::string& transform) {
  if (width(which) != 1)
    throw failure{errc::data, column_text(which) + "has " + std::to_string(width(which)) + " numbers per row, " +
                                  transform + " takes one; name the label column"};
}

double number_key(const spec& given, const char* key, double otherwise) {
  const auto found = given.keys.find(key);
  return found == given.keys.end() ? otherwise : found->get<double>();
}

const json& fitted_for(const spec& given, const json& fitted, const std::string& column) {
  if (!fitted.is_object() || !fitted.contains(column) || !fitted.at(column).is_object())
    not_fitted(given, column, "is not known");
  return fitted.at(column);
}

std::vector<double> fitted_numbers(const spec& given, const json& fitted, const column& which, const char* key) {
  const auto& all = fitted_for(given, fitted, which.name);
  const auto list = all.find(key);
  if (list == all.end() || !list->is_array() || !std::all_of(list->begin(), list->end(), [](const json& x) {
        return x.is_number() && std::isfinite(x.get<double>());
      }))
    not_fitted(given, which.name, std::string{"has no numbers `"} + key + '`');
  if (list->size() != width(which))
    throw failure{errc::data, column_text(which) + "has " + std::to_string(width(which)) + " numbers per row, `" +
                                  given.name + "` was fitted to " + std::to_string(list->size()) +
                                  "; give data of the same columns"};
  return list->get<std::vector<double>>();
}

std::vector<std::string> fitted_words(const spec& given, const json& fitted, const std::string& column,
                                      const char* key) {
  const auto& all = fitted_for(given, fitted, column);
  const auto list = all.find(key);
  if (list == all.end() || !list->is_array() || list->empty() ||
      !std::all_of(list->begin(), list->end(), [](const json& x) { return x.is_string(); }))
    not_fitted(given, column, std::string{"has no texts `"} + key + '`');
  return list->get<std::vector<std::string>>();
}

} // namespace dk::data
