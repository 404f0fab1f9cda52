#include "apps/driver/simulate.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/results.hpp"
#include "apps/driver/screen.hpp"
#include "apps/driver/signals.hpp"
#include "common/log.hpp"
#include "runtime/laboratory/laboratory.hpp"

namespace dk {

namespace {

// A dry run that says how many rows it has needs neither data nor a model.
bool needs_data(const job& which) {
  return !which.laboratory.dry || which.laboratory.rows == 0;
}

job_data read_what_is_needed(const job& which) {
  if (needs_data(which))
    return read_data(which);
  job_data data;
  data.train.rows = which.laboratory.rows;
  return data;
}

run_folder begin_folder(const job& which, const std::string& wanted, const block& start, const job_data& data) {
  auto folder = make_run_folder(wanted, which.name);
  if (which.laboratory.dry)
    write_text(folder.config(), to_toml(which));
  else
    prepare_folder(which, folder, start, data);
  return folder;
}

// A dry run has numbers only: its center means nothing.
run_report end_folder(const job& which, const job_data& data, const run_result& result, const run_folder& folder) {
  if (which.laboratory.dry) {
    run_report report{which, result, {}, {}, folder.path, {}};
    write_numbers(report, folder);
    return report;
  }
  auto report = make_report(which, data, result, folder.path);
  write_results(report, folder);
  return report;
}

nlohmann::json to_json_with_cost(const run_report& report) {
  auto json = to_json(report);
  json["real_seconds"] = report.result.real_seconds;
  json["messages"] = report.result.messages;
  return json;
}

} // namespace

int simulate_command(const simulate_options& options) {
  const auto level = options.quiet ? verbosity::quiet : verbosity::normal;
  set_up_log(level);
  warn_of_variables();
  auto which = load_job(options.config, options.settings);
  if (needs_data(which))
    require_complete(which, options.config);
  if (options.print_config) {
    print(to_toml(which));
    return 0;
  }
  check_laboratory(which);
  run_options run;
  const auto begin = resolve_model(which);
  run.start = begin.weights;
  run.moments = begin.moments;
  const auto data = read_what_is_needed(which);
  const auto rows = needs_data(which) ? data.train.rows : which.laboratory.rows;
  screen shown{options.quiet};
  if (!options.quiet)
    tell(plan_text(which, rows, which.laboratory.dry ? "in the laboratory, dry" : "in the laboratory"));
  check_simulation(which, data.train);
  run.folder = begin_folder(which, options.out, run.start, data);
  set_up_log(level, run.folder->log());
  if (data.validation && !which.laboratory.dry)
    run.validation = &*data.validation;
  run.stop = &stop_on_signals();
  run.progress = [&](const run_progress& progress) { shown.show(progress); };
  run.notice = [&](const std::string& text) { shown.note(text); };
  const auto result = run_in(*run.folder, [&] { return simulate(which, data.train, run); });
  shown.clear();
  const auto report = end_folder(which, data, result, *run.folder);
  print(options.json ? to_json_with_cost(report).dump() + "\n" : to_text(report));
  check_balance(report);
  return stopping_signal() == 0 ? 0 : 128 + stopping_signal();
}

} // namespace dk
