// Whatever the text: a log that can be planned, or failure (checkpoint).
#include "runtime/replay/commit_log.hpp"
#include "common/error.hpp"
#include "runtime/replay/plan.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// Every commit of the log is in the plan of its start, and nothing else.
void check(const dk::commit_log& log, const dk::pull_habit& habit) {
  std::size_t commits = 0;
  for (std::size_t start = 0; start <= log.restarts.size(); ++start) {
    const auto plan = dk::make_plan(log, habit, start);
    for (const auto& [shard, script] : plan.shards)
      for (const auto& step : script)
        commits += step.what == dk::script_step::kind::commit ? 1U : 0U;
    if (plan.rows > log.grid.total_rows())
      std::abort();
  }
  if (commits != log.commits.size())
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto log = dk::parse_commit_log({reinterpret_cast<const char*>(data), size}, "fuzz.jsonl");
    if (log.servers > 100) // a replay compares it with the config before it plans
      return 0;
    check(log, {true, false});
    check(log, {false, true});
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::checkpoint)
      std::abort();
  }
  return 0;
}
