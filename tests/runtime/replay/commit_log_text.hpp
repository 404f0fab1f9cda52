#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dk::test {

/// A log of 25 rows in chunks of 10, 2 epochs, as a run writes it; every number of it can be made wrong.
struct log_text {
  struct line {
    std::uint32_t shard = 0, worker = 0, epoch = 0, chunk = 0;
    std::uint64_t base = 0, version = 1;
    std::string verdict = "applied";
    std::optional<std::uint64_t> staleness = std::nullopt; // by default what follows from base and version
  };

  static std::string header(int servers = 1, int workers = 2, const std::string& algorithm = "adag") {
    return R"({"algorithm":")" + algorithm +
           R"(","batch_size":5,"communication_window":2,"epochs":2,"keys":{},"log":"dk-commits",)"
           R"("rows":25,"seed":1,"servers":)" +
           std::to_string(servers) + R"(,"shuffle":true,"version":1,"workers":)" + std::to_string(workers) + "}\n";
  }

  static std::string text_of(const line& of) {
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    const bool counted = of.verdict == "applied" || of.verdict == "duplicate";
    const auto before = of.version - (of.verdict == "applied" ? 1 : 0);
    return R"({"t":0.5,"shard":)" + number(of.shard) + R"(,"worker":)" + number(of.worker) + R"(,"epoch":)" +
           number(of.epoch) + R"(,"chunk":)" + number(of.chunk) + R"(,"rows":[)" + number(10 * of.chunk) + "," +
           number(of.chunk == 2 ? 25 : 10 * of.chunk + 10) + R"(],"base":)" + number(of.base) + R"(,"version":)" +
           number(of.version) + R"(,"staleness":)" + number(of.staleness.value_or(counted ? before - of.base : 0)) +
           R"(,"verdict":")" + of.verdict + R"(","scale":1)" + (of.verdict == "rejected" ? R"(,"reason":"NaN")" : "") +
           "}\n";
  }

  static std::string of(const std::vector<line>& lines, int servers = 1) {
    auto text = header(servers);
    for (const auto& one : lines)
      text += text_of(one);
    return text;
  }
};

} // namespace dk::test
