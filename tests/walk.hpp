#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

// For tests that walk a catalog: each entry has to have what it needs of its own, and is named where it has not.

namespace dk::test {

/// The line that a table has for an entry of a catalog. Fails where there is none.
/// @param lack what is missing then, and in which file: "layer `x` lacks a gradient check in ..."
template <class Line>
const Line& line_for(const std::string& what, const std::string& entry, const std::map<std::string, Line>& table,
                     const std::string& lack) {
  const auto found = table.find(entry);
  if (found == table.end())
    FAIL(what << " `" << entry << "` lacks " << lack << "; add a line");
  return found->second;
}

/// Fails unless a case of this program has both the entry's name and `beside` among its tags.
inline void check_tagged(const std::string& what, const std::string& entry, const std::string& beside,
                         const std::string& where) {
  const auto& cases = Catch::getRegistryHub().getTestCaseRegistry().getAllTests();
  const auto is_meant = [&](const Catch::TestCase& one) {
    const auto has = [&](const std::string& tag) {
      return std::find(one.tags.begin(), one.tags.end(), tag) != one.tags.end();
    };
    return has(entry) && has(beside);
  };
  if (std::none_of(cases.begin(), cases.end(), is_meant))
    FAIL_CHECK(what << " `" << entry << "` lacks a case with the tags [" << beside << "][" << entry << "]; add one to "
                    << where);
}

} // namespace dk::test
