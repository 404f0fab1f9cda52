#pragma once

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>

namespace dk::test {

/// Checks the status, and that the last line of stderr, the only one with a code, says all of `parts`. There may be
/// notices before it.
inline void expect(const outcome& got, int status, const std::string& code, const std::vector<std::string>& parts) {
  INFO(got.err);
  CHECK(got.status == status);
  CHECK(got.out.empty());
  const auto lines = lines_of(got.err);
  REQUIRE_FALSE(lines.empty());
  const auto& line = lines.back();
  CHECK(line.compare(0, code.size() + 1, code + ' ') == 0);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& one) { return one.compare(0, 2, "E_") == 0; }) == 1);
  for (const auto& part : parts) {
    INFO("expected in it: " << part);
    CHECK(line.find(part) != std::string::npos);
  }
  for (const auto* leak : {"system_error", "std::", "what()", "terminate", "actor", "basic_"}) {
    INFO("not expected: " << leak);
    CHECK(got.err.find(leak) == std::string::npos);
  }
}

/// The same of a refusal before which nothing is said.
inline void check_refused(const outcome& got, int status, const std::string& code,
                          const std::vector<std::string>& parts) {
  expect(got, status, code, parts);
  CHECK(lines_of(got.err).size() == 1);
}

} // namespace dk::test
