#pragma once

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dk::test {

/// A trace as it was written, with its events by kind.
struct read_trace {
  explicit read_trace(const std::string& text) : whole(nlohmann::json::parse(text)) {
    CHECK(whole.at("displayTimeUnit") == "ms");
    for (const auto& event : whole.at("traceEvents"))
      (event.at("ph") == "M" ? names : events).push_back(event);
  }

  std::vector<nlohmann::json> of(int process) const {
    std::vector<nlohmann::json> some;
    for (const auto& event : events)
      if (event.at("pid") == process && event.value("s", "") != "g")
        some.push_back(event);
    return some;
  }

  nlohmann::json whole;
  std::vector<nlohmann::json> names;
  std::vector<nlohmann::json> events;
};

/// Every event of a lane begins where the one before ends, or later.
inline void check_order(const read_trace& trace) {
  std::map<std::pair<int, int>, std::int64_t> ends;
  for (const auto& event : trace.events) {
    const std::pair<int, int> lane{event.at("pid"), event.at("tid")};
    if (event.value("s", "") == "g")
      continue;
    CHECK(event.at("ts") >= ends[lane]);
    CHECK(event.value("dur", 0) >= 0);
    ends[lane] = event.at("ts").get<std::int64_t>() + event.value("dur", 0);
  }
}

/// None where there is no such file.
inline std::size_t count_lines(const std::string& path) {
  return std::filesystem::exists(path) ? lines_of(content_of(path)).size() : 0;
}

} // namespace dk::test
