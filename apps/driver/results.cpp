#include "apps/driver/results.hpp"

#include "common/error.hpp"
#include "nn/model_file.hpp"
#include "runtime/history_table.hpp"
#include "runtime/model_of.hpp"

namespace dk {

namespace {

void save(const job& which, const std::string& path, const float* weights) {
  nn::save_model(path, architecture_of(which), which.trainer.loss, which.trainer.optimizer, weights);
}

} // namespace

void prepare_folder(const job& which, const run_folder& folder, const block& start, std::size_t label_width) {
  write_text(folder.config(), to_toml(which));
  auto model = make_model(which, label_width);
  model.initialize(which.seed);
  save(which, folder.initial_model(), start.empty() ? model.weights() : start.data());
}

run_result run_in(const run_folder& folder, const std::function<run_result()>& run) {
  try {
    return run();
  } catch (const failure&) {
    discard_unused(folder);
    throw;
  }
}

run_report make_report(const job& which, const job_data& data, const run_result& result, const std::string& folder) {
  run_report report{which, result, {}, {}, folder, {}};
  if (data.test)
    report.test = evaluate(which, result.weights, *data.test);
  if (data.validation)
    report.validation = evaluate(which, result.weights, *data.validation);
  return report;
}

void write_results(const run_report& report, const run_folder& folder) {
  save(report.which, folder.model(), report.result.weights.data());
  write_numbers(report, folder);
}

void write_numbers(const run_report& report, const run_folder& folder) {
  if (report.validation)
    write_text(folder.path + "/validation.jsonl", nlohmann::json{{"versions", report.result.versions},
                                                                 {"loss", report.validation->loss()},
                                                                 {"accuracy", report.validation->accuracy()},
                                                                 {"rows", report.validation->rows}}
                                                          .dump() +
                                                      "\n");
  write_text(folder.result(), to_json(report).dump(2) + "\n");
  write_history_table(folder);
}

void check_balance(const run_report& report) {
  if (!report.result.rows.balanced())
    throw failure{errc::internal, "the rows do not balance: " + to_string(report.result.rows) +
                                      (report.folder.empty() ? "" : "; see " + report.folder + "/commits.jsonl")};
}

} // namespace dk
