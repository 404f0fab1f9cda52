#include "jobs/runs/results.hpp"

#include "common/buffer_pool.hpp"
#include "common/error.hpp"
#include "common/or_null.hpp"
#include "data/formats/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/history_table.hpp"
#include "runtime/run/lone_model.hpp"

#include <filesystem>
#include <fstream>

namespace dk {

namespace {

void save(const job& which, const std::string& path, const float* weights) {
  nn::save_model(path, architecture_of(which), which.trainer.loss, which.trainer.optimizer, weights);
}

void save_start(const job& which, const std::string& path, const block& start, std::size_t label_width) {
  if (!start.empty())
    return save(which, path, start.data());
  auto model = make_model(which, label_width);
  model.initialize(which.seed);
  save(which, path, model.num_frozen() == 0 ? model.weights() : model.all_weights().data());
}

// What was read once shall be found again, in data whose columns are in another order, too.
job with_known_columns(job which, const job_data& data) {
  if (data.source)
    which.data.train = data.source;
  if (data.source && which.data.validate)
    which.data.validate = data::with_features_of(*which.data.validate, *data.source);
  if (data.source && which.data.test)
    which.data.test = data::with_features_of(*which.data.test, *data.source);
  return which;
}

} // namespace

void prepare_folder(const job& which, const run_folder& folder, const block& start, const job_data& data) {
  const auto label_width = data.train.label_width;
  write_text(folder.pipeline(), data::to_text(data.fitted));
  write_text(folder.config(), to_toml(with_known_columns(which, data)));
  for (std::size_t i = 0; i < models_of(which); ++i)
    if (is_ensemble(which))
      save_start(job_of_model(which, i), folder.initial_model_of(i), start, label_width);
    else
      save_start(which, folder.initial_model(), start, label_width);
  trim_pool(); // what is large was needed for the file only
}

block initial_weights(const job& which, const run_folder& folder) {
  const nn::weight_split split{architecture_of(which)};
  std::vector<block> all;
  for (std::size_t i = 0; split.num_frozen() > 0 && i < models_of(which); ++i) {
    const auto path = is_ensemble(which) ? folder.initial_model_of(i) : folder.initial_model();
    const auto file = nn::load_model(path);
    if (!(nn::weight_split{file.architecture} == split))
      throw failure{errc::checkpoint, path + ": its frozen layers are not those of the job; resume with the layers of "
                                             "the run"};
    all.push_back(block::copy_of(file.weights.data(), file.weights.size()));
  }
  return block::joined(all);
}

run_result run_in(const run_folder& folder, const std::function<run_result()>& run) {
  try {
    return run();
  } catch (const failure&) {
    discard_unused(folder);
    throw;
  }
}

run_result with_kept_center(const job& which, const run_folder& folder, run_result result) {
  if (which.trainer.keep != "best" || !result.best || result.best->versions == result.versions) {
    std::error_code ignored;
    std::filesystem::remove(folder.last_model(), ignored); // of an earlier session, whose last was not the best
    return result;
  }
  save(which, folder.last_model(), result.weights.data());
  if (result.best_weights.empty()) {
    const auto file = nn::load_model(folder.best_model());
    result.best_weights = block::copy_of(file.weights.data(), file.weights.size());
  }
  result.weights = result.best_weights;
  return result;
}

run_report make_report(const job& which, const job_data& data, const run_result& result, const std::string& folder) {
  run_report report{which, result, {}, {}, folder, {}, false};
  if (data.test)
    report.test = evaluate(which, result.weights, *data.test);
  if (const auto& measured = which.trainer.keep == "best" ? result.best : result.validation)
    report.validation = evaluation{metrics_of(*measured), {measured->others.begin(), measured->others.end()}};
  else if (data.validation)
    report.validation = evaluate(which, result.weights, *data.validation);
  return report;
}

namespace {

void save_models(const run_report& report, const run_folder& folder) {
  const auto& weights = report.result.weights;
  if (!is_ensemble(report.which))
    return save(report.which, folder.model(), weights.data());
  const auto models = models_of(report.which);
  for (std::size_t i = 0; i < models; ++i)
    save(report.which, folder.model_of(i), weights.data() + i * (weights.size() / models));
}

} // namespace

void write_results(const run_report& report, const run_folder& folder) {
  save_models(report, folder);
  write_numbers(report, folder);
}

void write_numbers(const run_report& report, const run_folder& folder) {
  if (report.validation && !report.result.validation) // nobody has measured while it went on
    write_text(folder.validation(), nlohmann::json{{"versions", report.result.versions},
                                                   {"loss", report.validation->loss()},
                                                   {"accuracy", or_null(report.validation->accuracy())},
                                                   {"rows", report.validation->rows}}
                                            .dump() +
                                        "\n");
  write_text(folder.result(), to_json(report).dump(2) + "\n");
  write_history_table(folder);
}

nlohmann::json read_result(const run_folder& folder) {
  std::ifstream file{folder.result()};
  if (!file)
    return nlohmann::json::object();
  auto result = nlohmann::json::parse(file, nullptr, false);
  if (!result.is_object())
    throw failure{errc::checkpoint, folder.result() +
                                        ": is damaged: it is no JSON object; restore it from a copy; if there "
                                        "is none, remove it and resume the run: the figures of its "
                                        "training are then lost"};
  return result;
}

void check_balance(const run_report& report) {
  if (!report.result.rows.balanced())
    throw failure{errc::internal, "the rows do not balance: " + to_string(report.result.rows) +
                                      (report.folder.empty() ? "" : "; see " + report.folder + "/commits.jsonl")};
}

} // namespace dk
