// Whatever the text: a log that can be planned, or failure (checkpoint).
#include "runtime/replay/commit_log.hpp"
#include "runtime/replay/plan.hpp"
#include "tests/fuzz/target.hpp"

namespace dk::fuzz {

namespace {

// Every commit of the log is in the plan of its start, and nothing else.
void check(const commit_log& log, const pull_habit& habit) {
  std::size_t commits = 0;
  for (std::size_t start = 0; start <= log.restarts.size(); ++start) {
    const auto plan = make_plan(log, habit, start);
    for (const auto& [shard, script] : plan.shards)
      for (const auto& step : script)
        commits += step.what == script_step::kind::commit ? 1U : 0U;
    if (plan.rows > log.grid.total_rows())
      std::abort();
  }
  if (commits != log.commits.size())
    std::abort();
}

} // namespace

std::size_t most_memory(std::string_view bytes) {
  return 64 * bytes.size() + (std::size_t{4} << 20U); // its lines, and the plans of its starts
}

void read(std::string_view bytes) {
  answer_or_fail({errc::checkpoint}, [&] {
    const auto log = parse_commit_log(bytes, "fuzz.jsonl");
    if (log.servers > 100) // a replay compares it with the config before it plans
      return;
    check(log, {true, false});
    check(log, {false, true});
  });
}

} // namespace dk::fuzz
