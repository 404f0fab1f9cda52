#include "jobs/runs/simulate_job.hpp"

#include "common/log.hpp"
#include "jobs/inputs/inputs.hpp"
#include "jobs/runs/results.hpp"
#include "runtime/laboratory/laboratory.hpp"

#include <utility>

namespace dk {

namespace {

job_data data_to_simulate(const job& which) {
  if (simulates_data(which))
    return read_data(which);
  job_data data;
  data.train.rows = which.laboratory.rows;
  return data;
}

void begin_folder(const job& which, const run_folder& folder, const block& start, const job_data& data) {
  if (which.laboratory.dry)
    write_text(folder.config(), to_toml(which));
  else
    prepare_folder(which, folder, start, data);
}

run_report end_folder(const job& which, const job_data& data, const run_result& result, const run_folder& folder,
                      bool was_asked_to_stop) {
  if (which.laboratory.dry) {
    run_report report{which, result, {}, {}, folder.path, {}, was_asked_to_stop};
    write_numbers(report, folder);
    return report;
  }
  auto report = make_report(which, data, result, folder.path);
  report.was_asked_to_stop = was_asked_to_stop;
  write_results(report, folder);
  return report;
}

} // namespace

bool simulates_data(const job& which) {
  return !which.laboratory.dry || which.laboratory.rows == 0;
}

run_report simulate_job(job which, const job_options& options) {
  which = checked(which);
  if (simulates_data(which))
    require_complete(which, "job " + which.name);
  check_laboratory(which);
  run_options how;
  auto begin = resolve_model(which);
  how.start = std::move(begin.weights);
  how.moments = std::move(begin.moments);
  const auto data = data_to_simulate(which);
  if (options.planned)
    options.planned(which, data.train.rows);
  check_simulation(which, data.train);
  how.folder = make_run_folder(options.out, which.name);
  begin_folder(which, *how.folder, how.start, data);
  const log_to_file logging{how.folder->log()};
  if (data.validation && !which.laboratory.dry)
    how.validation = &*data.validation;
  how.stop = options.stop;
  how.progress = options.progress;
  how.notice = options.notice;
  const auto result = run_in(*how.folder, [&] { return simulate(which, data.train, how); });
  auto report = end_folder(which, data, result, *how.folder, was_asked_to_stop(options));
  if (options.reported)
    options.reported(report);
  check_balance(report);
  return report;
}

} // namespace dk
