// impute: numbers that are missing (NaN, and those that equal `missing`) become `with`: a number, or what is found in
// the training rows for each place of a cell: "mean" (unless given), "median" or "most_frequent" (the least of
// several).

#include "common/error.hpp"
#include "data/transforms/learn_by_column.hpp"
#include "data/transforms/mapping.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace dk::data {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN(); // equals no number

nlohmann::json with_of(const spec& given) {
  return given.keys.value("with", nlohmann::json("mean"));
}

double mean(const std::vector<double>& present) {
  double sum = 0;
  double count = 0;
  for (const auto x : present)
    sum += (x - sum) / ++count;
  return sum;
}

double median(std::vector<double> present) {
  const auto middle = present.begin() + static_cast<std::ptrdiff_t>(present.size() / 2);
  std::nth_element(present.begin(), middle, present.end());
  if (present.size() % 2 == 1)
    return *middle;
  return (*std::max_element(present.begin(), middle) + *middle) / 2;
}

double most_frequent(const std::vector<double>& present) {
  std::map<double, std::size_t> counts;
  for (const auto x : present)
    ++counts[x];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

// The numbers that are there, of each place of a cell.
using present_numbers = std::vector<std::vector<double>>;

std::unique_ptr<learning> learn_impute(const spec& given) {
  const auto with = with_of(given);
  if (with.is_number())
    return nullptr;
  const auto see = [missing = number_key(given, "missing", nothing)](const column& from, present_numbers& of) {
    of.resize(width(from));
    const auto held = as_held(from, missing);
    for (std::size_t i = 0; i < of.size(); ++i)
      over_element(from, i, [&](double x) {
        if (x != held)
          of[i].push_back(x);
      });
  };
  const auto learned = [how = with.get<std::string>()](const present_numbers& of, const std::string& place) {
    std::vector<double> values;
    for (const auto& present : of) {
      if (present.empty())
        throw failure{errc::data, place + "has no numbers to fit `impute` to at element " +
                                      std::to_string(values.size()) + "; drop it, or give `with` a number"};
      values.push_back(how == "mean" ? mean(present) : how == "median" ? median(present) : most_frequent(present));
    }
    return nlohmann::json{{"with", values}};
  };
  return learn_by_column<present_numbers>(given, see, learned);
}

void apply_impute(const spec& given, const nlohmann::json& fitted, table& to) {
  const auto with = with_of(given);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    const auto missing = as_held(from, number_key(given, "missing", nothing));
    const auto values = with.is_number() ? std::vector<double>(width(from), with.get<double>())
                                         : fitted_numbers(given, fitted, from, "with");
    put_like(to, from, target,
             mapped(from, [&](double x, std::size_t i) { return std::isnan(x) || x == missing ? values[i] : x; }));
  }
}

void check_impute(const spec& given) {
  const auto with = with_of(given);
  if (with.is_string() && with != "mean" && with != "median" && with != "most_frequent")
    throw key_failure{"transform `impute`: `with` is " + with.dump() +
                          ", expected a number, \"mean\", \"median\" or \"most_frequent\"",
                      "with"};
}

} // namespace

extern const transform_kind impute_transform;
const transform_kind impute_transform{"impute",         {{"missing", key_kind::number}, {"with", key_kind::value}},
                                      column_use::each, learn_impute,
                                      apply_impute,     nullptr,
                                      check_impute};

} // namespace dk::data
