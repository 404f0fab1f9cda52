#include "algorithms/catalog.hpp"
#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/screen.hpp"
#include "apps/driver/signals.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "jobs/runs/going_on.hpp"
#include "jobs/runs/results.hpp"
#include "jobs/runs/run_job.hpp"
#include "nn/model/summary.hpp"
#include "runtime/config/model_of.hpp"

#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

namespace dk {

namespace {

struct train_options {
  config_options job;
  std::string out;
  std::string resume;
  bool dry_run = false;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

verbosity level_of(const train_options& options) {
  return options.quiet ? verbosity::quiet : options.verbose ? verbosity::verbose : verbosity::normal;
}

// A resumed run uses its own config and folder; refuse others.
void check_options(const train_options& options) {
  if (options.job.config.empty() && options.resume.empty())
    throw failure{errc::usage, "no config is given; see dk_driver --help"};
  const auto refuse = [&](const std::string& what, const std::string& way_out) {
    throw failure{errc::usage, what + " cannot be combined with --resume " + options.resume + ": " + way_out};
  };
  if (!options.resume.empty() && !options.job.config.empty())
    refuse("config " + options.job.config, "a run goes on with the config in its folder; leave it out, and override "
                                           "keys with --set");
  if (!options.resume.empty() && !options.out.empty())
    refuse("--out", "a run goes on in its own folder; leave it out");
}

std::string where_of(const job& which) {
  std::vector<std::string> asked; // others may have joined these
  for (const auto& node : which.cluster.nodes)
    asked.push_back(to_string(node));
  return asked.empty() ? "in this process" : "on the nodes of " + join(asked);
}

// A terminal that was closed takes no more, which is why the run has ended: no error of its own.
void print_report(const std::string& text) {
  try {
    print(text);
  } catch (const failure&) {
    if (stopping_signal() != SIGHUP)
      throw;
  }
}

void show(const run_report& report, const train_options& options) {
  print_report(options.json ? to_json(report).dump() + "\n" : to_text(report));
  if (report.result.stopped && !options.quiet)
    tell((stopping_signal() == 0 ? "a stop rule ended the run; to train further: dk_driver --resume "
                                 : "stopped in order; go on with: dk_driver --resume ") +
         report.folder + '\n');
}

job job_of(const train_options& options) {
  if (!options.resume.empty()) {
    warn_of_variables();
    return job_to_go_on(open_run_folder(options.resume), all_settings(options.job));
  }
  auto which = load(options.job);
  require_complete(which, options.job.config);
  return which;
}

// @return nothing where nothing was trained: of a dry run, and where the run is finished
std::optional<run_report> trained(const train_options& options, const job_options& how) {
  if (options.resume.empty()) {
    if (!options.dry_run)
      return run(job_of(options), how);
    dry_run(job_of(options), how);
    return std::nullopt;
  }
  warn_of_variables();
  if (!options.dry_run)
    return resume(options.resume, all_settings(options.job), how);
  dry_run_resume(options.resume, all_settings(options.job), how);
  return std::nullopt;
}

// What --dry-run --json prints.
nlohmann::json plan_of(const job& which, std::size_t rows) {
  nlohmann::json plan{{"name", which.name},
                      {"rows", rows},
                      {"epochs", which.trainer.epochs},
                      {"batch_size", which.trainer.batch_size},
                      {"algorithm", which.trainer.algorithm->name},
                      {"workers", which.trainer.workers},
                      {"servers", which.trainer.servers},
                      {"nodes", nlohmann::json::array()}};
  if (const auto weights = weights_of(which))
    plan["weights"] = weights->num_free() + weights->num_frozen();
  for (const auto& node : which.cluster.nodes)
    plan["nodes"].push_back(to_string(node));
  return plan;
}

int train(const train_options& options) {
  set_up_log(level_of(options));
  check_options(options);
  if (options.print_config) {
    print(to_toml(job_of(options)));
    return 0;
  }
  screen shown{options.quiet};
  auto how = shown.following();
  how.out = options.out;
  how.stop = &stop_flag();
  nlohmann::json plan;
  const bool prints_plan = options.json && options.dry_run;
  how.planned = [&](const job& which, std::size_t rows) {
    if (prints_plan)
      plan = plan_of(which, rows);
    if (!options.quiet)
      tell(nn::summary(architecture_of(which)) + '\n' + plan_text(which, rows, where_of(which)));
    if (!options.dry_run)
      stop_on_signals(); // until here a signal ends the program at once: nothing is lost
  };
  if (!options.quiet || prints_plan)
    how.forecast = [&](const std::string& text) {
      if (prints_plan)
        plan["forecast"] = text;
      if (!options.quiet)
        tell(text);
    };
  how.reported = [&](const run_report& report) {
    shown.clear();
    show(report, options);
  };
  if (const auto report = trained(options, how))
    return report->result.stopped && stopping_signal() != 0 ? 128 + stopping_signal() : 0;
  shown.clear();
  if (prints_plan && !plan.is_null()) // nothing was planned of a run that is finished
    print(plan.dump() + '\n');
  if (options.json && !options.dry_run)
    print(read_result(open_run_folder(options.resume)).dump() + '\n');
  return 0;
}

} // namespace

command train_command(CLI::App& driver) {
  const auto options = std::make_shared<train_options>();
  add_config_options(driver, options->job);
  add_nodes_option(driver, options->job.nodes, "to train on");
  driver.add_option("--out", options->out, "The run's folder (default runs/<time>-<name>)")->check(not_empty());
  driver.add_option("--resume", options->resume, "Go on with the run in this folder from its last checkpoint")
      ->check(not_empty());
  driver.add_flag("--dry-run", options->dry_run, "Check config and data and print the plan; train nothing");
  driver.add_flag("--print-config", options->print_config, "Print the config with every default; train nothing");
  driver.add_flag("--json", options->json, "Print the result, or the plan of a dry run, as one JSON object");
  driver.add_flag("-q,--quiet", options->quiet, "No summary, no progress, no warnings");
  driver.add_flag("-v,--verbose", options->verbose, "Log more");
  return {&driver,
          {"examples/mnist.cfg", "examples/mnist.cfg --set trainer.workers=4 --nodes host1:7077,host2:7077"},
          [options] { return train(*options); }};
}

} // namespace dk
