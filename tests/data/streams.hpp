#pragma once

#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dk::test {

/// All rows of a source that is read some at a time. @param tables how many there were
inline data::table all_of(const spec& source, std::size_t bytes, std::size_t* tables = nullptr) {
  std::vector<data::table> parts;
  const auto rows = data::open(source, bytes);
  while (auto some = rows->next())
    parts.push_back(std::move(*some));
  CHECK(rows->progress() == 1);
  if (tables != nullptr)
    *tables = parts.size();
  return data::joined(parts);
}

/// Numbers to compare, of which some may be missing.
inline std::string text_of(const std::vector<double>& numbers) {
  std::string text;
  for (const auto x : numbers)
    text += data::shortest(x) + ' ';
  return text;
}

/// The same columns, of the same types.
inline void require_same(const data::table& a, const data::table& b) {
  REQUIRE(a.names() == b.names());
  for (const auto& c : a.columns()) {
    INFO(c.name);
    const auto& other = b.at(c.name);
    CHECK(type_name(c) == type_name(other));
    CHECK(c.shape == other.shape);
    if (texts_in(c) != nullptr)
      CHECK(words_of(a, c.name) == words_of(b, c.name));
    else
      CHECK(text_of(values_of(a, c.name)) == text_of(values_of(b, c.name))); // NaN is NaN
  }
}

} // namespace dk::test
