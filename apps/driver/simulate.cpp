#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/screen.hpp"
#include "apps/driver/signals.hpp"
#include "common/log.hpp"
#include "jobs/runs/simulate_job.hpp"

#include <memory>
#include <utility>

namespace dk {

namespace {

struct simulate_options {
  config_options job;
  std::string out;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
};

nlohmann::json to_json_with_cost(const run_report& report) {
  auto json = to_json(report);
  json["real_seconds"] = report.result.real_seconds;
  json["messages"] = report.result.messages;
  return json;
}

int simulate(const simulate_options& options) {
  set_up_log(options.quiet ? verbosity::quiet : verbosity::normal);
  auto which = load(options.job);
  if (simulates_data(which))
    require_complete(which, options.job.config);
  if (options.print_config) {
    print(to_toml(which));
    return 0;
  }
  screen shown{options.quiet};
  auto how = shown.following();
  how.out = options.out;
  how.stop = &stop_flag();
  how.planned = [&](const job& planned, std::size_t rows) {
    if (!options.quiet)
      tell(plan_text(planned, rows, planned.laboratory.dry ? "in the laboratory, dry" : "in the laboratory"));
    stop_on_signals();
  };
  how.reported = [&](const run_report& report) {
    shown.clear();
    print(options.json ? to_json_with_cost(report).dump() + "\n" : to_text(report));
  };
  simulate_job(std::move(which), how);
  return stopping_signal() == 0 ? 0 : 128 + stopping_signal();
}

} // namespace

command simulate_command(CLI::App& driver) {
  const auto options = std::make_shared<simulate_options>();
  auto* const app = driver.add_subcommand("simulate", "Run a job in the laboratory: in virtual time, in one thread");
  add_config_options(*app, options->job)->description("A job with a [laboratory] (docs/laboratory.md)")->required();
  app->add_option("--out", options->out, "The run's folder (default runs/<time>-<name>)")->check(not_empty());
  app->add_flag("--print-config", options->print_config, "Print the config with every default; train nothing");
  app->add_flag("--json", options->json, "Print the result as one JSON object");
  app->add_flag("-q,--quiet", options->quiet, "No progress, no warnings");
  return {app, {"simulate examples/laboratory.cfg --set trainer.workers=20"}, [options] { return simulate(*options); }};
}

} // namespace dk
