#include "apps/driver/train.hpp"

#include "apps/driver/going_on.hpp"
#include "apps/driver/inputs.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/results.hpp"
#include "apps/driver/screen.hpp"
#include "apps/driver/signals.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "nn/summary.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/preflight.hpp"

#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace dk {

namespace {

verbosity level_of(const train_options& options) {
  return options.quiet ? verbosity::quiet : options.verbose ? verbosity::verbose : verbosity::normal;
}

// A resumed run uses its own config and folder; refuse others.
void check_resume_options(const train_options& options) {
  const auto refuse = [&](const std::string& what, const std::string& way_out) {
    throw failure{errc::usage, what + " cannot be combined with --resume " + options.resume + ": " + way_out};
  };
  if (!options.config.empty())
    refuse("config " + options.config, "a run goes on with the config in its folder; leave it out, and override keys "
                                       "with --set");
  if (!options.out.empty())
    refuse("--out", "a run goes on in its own folder; leave it out");
}

job read_job(const train_options& options, const run_options& run) {
  auto settings = options.settings;
  if (!options.nodes.empty())
    settings.push_back(nodes_setting(options.nodes));
  if (options.config.empty()) {
    auto which = job_to_go_on(*run.folder, settings);
    require_complete(which, run.folder->config());
    return which;
  }
  auto which = load_job(options.config, settings);
  require_complete(which, options.config);
  return which;
}

std::string where_of(const job& which) {
  std::vector<std::string> asked; // others may have joined these
  for (const auto& node : which.cluster.nodes)
    asked.push_back(to_string(node));
  return asked.empty() ? "in this process" : "on the nodes of " + join(asked);
}

// Where an earlier start of the run ended, from now on with nobody else in its folder. Says so where it is finished.
std::optional<resume_state> state_to_resume(run_folder& folder, const job& which, const train_options& options,
                                            std::vector<std::string>& notices) {
  own(folder);
  auto state = read_checkpoints(folder.checkpoints(), &notices);
  if (!is_finished(state, which, folder))
    return state;
  tell(finished_text(which, folder) + '\n');
  if (std::ifstream result{folder.result()}; options.json && result)
    print(nlohmann::json::parse(result).dump() + '\n');
  return std::nullopt;
}

int status_of(const run_report& report) {
  check_balance(report);
  return report.result.stopped && stopping_signal() != 0 ? 128 + stopping_signal() : 0;
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

} // namespace

int train_command(const train_options& options) {
  set_up_log(level_of(options));
  if (!options.resume.empty())
    check_resume_options(options);
  warn_of_variables();
  run_options run;
  if (!options.resume.empty())
    run.folder = open_run_folder(options.resume);
  auto which = read_job(options, run);
  if (options.print_config) {
    print(to_toml(which));
    return 0;
  }
  std::optional<resume_state> resume;
  std::vector<std::string> notices;
  if (!options.resume.empty() && !options.dry_run) {
    resume = state_to_resume(*run.folder, which, options, notices);
    if (!resume)
      return 0;
  } else if (!options.out.empty()) {
    require_free(options.out);
  }
  const auto begin = resolve_model(which);
  run.start = begin.weights;
  run.moments = begin.moments;
  const auto fitted = run.folder ? fitted_before(*run.folder, which) : std::nullopt;
  const auto data = read_data(which, options.dry_run ? cluster_config{} : which.cluster, fitted ? &*fitted : nullptr);
  check_job(which, data.train);
  screen shown{options.quiet};
  if (!options.quiet)
    tell(nn::summary(architecture_of(which)) + '\n' + plan_text(which, data.train.rows, where_of(which)));
  if (options.dry_run)
    return 0;

  if (resume) {
    run.resume = &*resume;
    check_resume(which, data.train, *resume);
    keep_epochs(which, *run.folder);
    run.start = initial_weights(which, *run.folder);
  } else {
    run.folder = make_run_folder(options.out, which.name);
  }
  set_up_log(level_of(options), run.folder->log());
  for (const auto& notice : notices)
    shown.note(notice);
  run.validation = data.validation ? &*data.validation : nullptr;
  run.stop = &stop_on_signals();
  run.progress = [&](const run_progress& progress) { shown.show(progress); };
  run.notice = [&](const std::string& text) { shown.note(text); };
  const auto train_here = [&] { return train(which, data.train, run); };
  const auto start_here = [&] {
    prepare_folder(which, *run.folder, run.start, data);
    return train_here();
  };
  const auto result = with_kept_center(which, *run.folder, resume ? train_here() : run_in(*run.folder, start_here));
  shown.clear();
  const auto report = make_report(which, data, result, run.folder->path);
  write_results(report, *run.folder);
  print_report(options.json ? to_json(report).dump() + "\n" : to_text(report));
  if (result.stopped && !options.quiet)
    tell((stopping_signal() == 0 ? "a stop rule ended the run; to train further: dk_driver --resume "
                                 : "stopped in order; go on with: dk_driver --resume ") +
         run.folder->path + '\n');
  return status_of(report);
}

} // namespace dk
