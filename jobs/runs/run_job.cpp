#include "jobs/runs/run_job.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "jobs/inputs/inputs.hpp"
#include "jobs/models/fitted_pipeline.hpp"
#include "jobs/runs/going_on.hpp"
#include "jobs/runs/results.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/forecast.hpp"
#include "runtime/run/preflight.hpp"

#include <utility>

namespace dk {

namespace {

/// A job whose model and data are read and fit together.
struct ready_job {
  job which;
  model_start start;
  job_data data;
};

ready_job read_all(job which, const data::pipeline* fitted, const job_options& options) {
  ready_job ready{std::move(which), {}, {}};
  ready.start = resolve_model(ready.which);
  ready.data = read_data(ready.which, fitted);
  check_job(ready.which, ready.data.train);
  if (options.planned)
    options.planned(ready.which, ready.data.train.rows);
  return ready;
}

run_options how_to_train(const ready_job& ready, const run_folder& folder, const job_options& options) {
  run_options how;
  how.folder = folder;
  how.start = ready.start.weights;
  how.moments = ready.start.moments;
  how.pipeline = data::to_text(ready.data.fitted);
  how.validation = ready.data.validation ? &*ready.data.validation : nullptr;
  how.stop = options.stop;
  how.forecast = options.forecast;
  how.progress = options.progress;
  how.notice = options.notice;
  return how;
}

run_report ended(const ready_job& ready, const run_folder& folder, run_result result, const job_options& options) {
  auto report =
      make_report(ready.which, ready.data, with_kept_center(ready.which, folder, std::move(result)), folder.path);
  report.was_asked_to_stop = was_asked_to_stop(options);
  write_results(report, folder);
  if (options.reported)
    options.reported(report);
  check_balance(report);
  return report;
}

// What a run would print.
void forecast_speed(const ready_job& ready, const job_options& options) {
  if (!options.forecast || ready.which.cluster.nodes.empty())
    return;
  const auto& rows = ready.data.train;
  const auto weights = nn::weight_split{architecture_of(ready.which)}.num_free();
  options.forecast(measured_forecast(ready.which, weights, (rows.feature_width + rows.label_width) * sizeof(float),
                                     rows.label_width));
}

void check_no_folder(const job_options& options) {
  if (!options.out.empty())
    throw failure{errc::usage, "a run is resumed in its own folder; leave `out` = " + options.out + " away"};
}

} // namespace

run_report run(job which, const job_options& options) {
  which = checked(which);
  require_complete(which, "job " + which.name);
  if (!options.out.empty())
    require_free(options.out);
  check_nodes(which);
  const auto ready = read_all(std::move(which), nullptr, options);
  const auto folder = make_run_folder(options.out, ready.which.name);
  const log_to_file logging{folder.log()};
  const auto how = how_to_train(ready, folder, options);
  auto result = run_in(folder, [&] {
    prepare_folder(ready.which, folder, how.start, ready.data);
    return train(ready.which, ready.data.train, how);
  });
  return ended(ready, folder, std::move(result), options);
}

std::optional<run_report> resume(const std::string& path, const std::vector<std::string>& settings,
                                 const job_options& options) {
  check_no_folder(options);
  auto folder = open_run_folder(path);
  auto which = job_to_go_on(folder, settings);
  own(folder); // from now on nobody else is in it
  std::vector<std::string> notices;
  const auto state = read_checkpoints(folder.checkpoints(), &notices);
  if (is_finished(state, which, folder)) {
    if (options.notice)
      options.notice(finished_text(which, folder));
    return std::nullopt;
  }
  const auto fitted = fitted_pipeline(folder, which);
  check_nodes(which);
  const auto ready = read_all(std::move(which), fitted ? &*fitted : nullptr, options);
  check_resume(ready.which, ready.data.train, state);
  keep_epochs(ready.which, folder);
  const log_to_file logging{folder.log()};
  for (const auto& one : notices)
    if (options.notice)
      options.notice(one);
  auto how = how_to_train(ready, folder, options);
  how.resume = &state;
  how.start = initial_weights(ready.which, folder);
  return ended(ready, folder, train(ready.which, ready.data.train, how), options);
}

void dry_run(job which, const job_options& options) {
  which = checked(which);
  require_complete(which, "job " + which.name);
  if (!options.out.empty())
    require_free(options.out);
  if (options.forecast)
    check_nodes(which);
  forecast_speed(read_all(std::move(which), nullptr, options), options);
}

void dry_run_resume(const std::string& path, const std::vector<std::string>& settings, const job_options& options) {
  check_no_folder(options);
  const auto folder = open_run_folder(path);
  auto which = job_to_go_on(folder, settings);
  if (is_finished(read_checkpoints(folder.checkpoints()), which, folder)) {
    if (options.notice)
      options.notice(finished_text(which, folder));
    return;
  }
  const auto fitted = fitted_pipeline(folder, which);
  forecast_speed(read_all(std::move(which), fitted ? &*fitted : nullptr, options), options);
}

} // namespace dk
