#pragma once

#include "data/pipeline.hpp"
#include "tests/support.hpp"

#include <string>
#include <vector>

namespace dk::test {

/// A table of one column `x`, of f64 or of cells of `shape`.
inline data::table numbers(std::vector<double> values, std::vector<std::size_t> shape = {}) {
  data::table t;
  t.put({"x", std::move(shape), std::move(values), "f", {}});
  return t;
}

inline data::texts texts_of(const std::vector<std::string>& words) {
  data::texts all;
  for (const auto& word : words)
    all.push_back(word);
  return all;
}

/// A table of one column `x` of texts.
inline data::table words(const std::vector<std::string>& all) {
  data::table t;
  t.put({"x", {}, texts_of(all), "f", {}});
  return t;
}

/// Any column of numbers.
inline std::vector<double> values_of(const data::table& t, const std::string& name) {
  return visit_values(t.at(name), [](const auto* x, std::size_t count) { return std::vector<double>(x, x + count); });
}

inline std::vector<std::string> words_of(const data::table& t, const std::string& name) {
  std::vector<std::string> all;
  const auto& found = std::get<data::texts>(t.at(name).values);
  for (std::size_t i = 0; i < found.size(); ++i)
    all.emplace_back(found[i]);
  return all;
}

/// The table after one transform that was fitted to it.
inline data::table after(const std::string& transform, nlohmann::json keys, data::table t) {
  data::fit({{transform, std::move(keys)}}, t);
  return t;
}

/// What a transform of wrong keys or columns says.
inline std::string error_after(const std::string& transform, const nlohmann::json& keys, const data::table& t,
                               errc code = errc::data) {
  return failure_of(code, [&] { after(transform, keys, t); });
}

/// Numbers as they lie in memory.
template <class Number>
std::string raw(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

} // namespace dk::test
