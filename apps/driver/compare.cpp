#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "jobs/comparison/compared_runs.hpp"

#include <memory>

namespace dk {

namespace {

struct compare_options {
  std::vector<std::string> runs;
  bool each = false;
  bool json = false;
};

} // namespace

command compare_command(CLI::App& driver) {
  const auto options = std::make_shared<compare_options>();
  auto* const app = driver.add_subcommand("compare", "Compare runs: what their configs differ in, and what came of it");
  app->add_option("RUNS", options->runs, "The folders of the runs")->required()->check(not_empty());
  app->add_flag("--each", options->each, "A line for each run, also where runs differ only in their seed");
  app->add_flag("--json", options->json, "Print the comparison as one JSON object");
  return {
      app, {"compare runs/*-mnist", "compare runs/20260101-120000-mnist runs/20260101-130000-mnist --json"}, [options] {
        set_up_log(verbosity::normal);
        const auto all = compare_runs(options->runs, options->each);
        print(options->json ? to_json(all).dump() + '\n' : to_text(all));
        return 0;
      }};
}

} // namespace dk
