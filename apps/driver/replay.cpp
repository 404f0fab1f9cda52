#include "apps/driver/replay.hpp"

#include "actors/server/policy.hpp"
#include "algorithms/catalog.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/results.hpp"
#include "apps/driver/screen.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "nn/kernels/arithmetic.hpp"
#include "nn/model_file.hpp"
#include "runtime/replay/replay.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>

namespace dk {

namespace {

// A run as its folder has it.
struct recorded_run {
  run_folder folder;
  job which;
  commit_log log;
  block start;
  std::optional<block> end; // absent where the run ended early
  std::string end_file;
};

block weights_of(const std::string& path) {
  const auto file = nn::load_model(path);
  return block::copy_of(file.weights.data(), file.weights.size());
}

// A log can be cut off between two lines; then the run came further than its log.
void check_end(const recorded_run& run) {
  std::ifstream file{run.folder.result()};
  const auto result = nlohmann::json::parse(file, nullptr, false);
  if (!result.is_object() || !result.contains("versions") || run.log.servers != run.which.trainer.servers)
    return; // the run ended early; or the log is of another, which replay says
  const nlohmann::json versions = run.log.versions;
  if (result.at("versions") != versions)
    fail_at(run.log.origin, run.log.commits.size() + run.log.restarts.size() + 2,
            "is missing: the log ends at versions " + versions.dump() + ", the run at " + result.at("versions").dump() +
                " (" + run.folder.result() + ")");
}

recorded_run open_recorded_run(const std::string& path) {
  recorded_run run;
  run.folder = open_run_folder(path);
  run.which = load_job(run.folder.config(), {}, [](const std::string&) { return std::nullopt; });
  require_complete(run.which, run.folder.config());
  check_schedule(run.which);
  run.log = read_commit_log(run.folder.commits());
  run.start = weights_of(run.folder.initial_model());
  for (const auto& file : {run.folder.model(), run.folder.last_model()}) // the last, where the best was kept
    if (std::filesystem::exists(file)) {
      run.end = weights_of(file);
      run.end_file = file;
    }
  return run;
}

failure unknown_choice(const std::string& option, const std::string& name, const std::vector<std::string>& known) {
  return {errc::usage,
          option + " " + name + " is not known" + did_you_mean(name, known) + "; expected one of: " + join(known)};
}

// The job that the run's schedule is to be followed under.
job job_under(const job& recorded, const replay_options& options) {
  auto under = recorded;
  auto& trainer = under.trainer;
  if (!options.algorithm.empty()) {
    const auto* rule = find_algorithm(options.algorithm);
    if (rule == nullptr)
      throw unknown_choice("--algorithm", options.algorithm, algorithm_names());
    if (rule->name != recorded.trainer.algorithm.name) {
      trainer.algorithm = {rule->name, rule->defaults};
      trainer.policy = std::string{name_of(rule->policy)};
    }
  }
  if (!options.policy.empty()) {
    if (!find_policy(options.policy))
      throw unknown_choice("--policy", options.policy, policy_names());
    trainer.policy = options.policy;
  }
  if (!is_bounded(*find_policy(trainer.policy)))
    trainer.max_staleness = trainer_config{}.max_staleness;
  return under;
}

// What the run itself came to: its center and its log, measured as those of the replay are.
run_result result_of(const recorded_run& run) {
  run_result result;
  if (run.end)
    result.weights = *run.end;
  for (const auto& commit : run.log.commits)
    result.numbers.add(commit.what);
  return result;
}

nlohmann::json side_of(const run_report& report) {
  nlohmann::json side{{"algorithm", report.which.trainer.algorithm.name},
                      {"policy", report.which.trainer.policy},
                      {"updates", report.result.numbers.updates},
                      {"mean_staleness", report.result.numbers.mean_staleness()}};
  if (report.test) {
    if (const auto accuracy = report.test->accuracy())
      side["accuracy"] = *accuracy;
    side["loss"] = report.test->loss();
  }
  return side;
}

std::string cell(const nlohmann::json& side, const char* key) {
  if (!side.contains(key))
    return "-";
  const auto& value = side.at(key);
  if (value.is_string())
    return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{:.4f}", value.get<double>())
                                 : with_commas(value.get<unsigned long long>());
}

std::string table(const nlohmann::json& original, const nlohmann::json& replayed) {
  auto text = fmt::format("{:<16}{:>14}{:>14}\n", "", "original", "replay");
  for (const auto* key : {"algorithm", "policy", "accuracy", "loss", "mean_staleness", "updates"})
    if (original.contains(key) || replayed.contains(key)) {
      std::string label = key;
      std::replace(label.begin(), label.end(), '_', ' ');
      text += fmt::format("{:<16}{:>14}{:>14}\n", label, cell(original, key), cell(replayed, key));
    }
  return text;
}

std::string why_bits_differ(const nlohmann::json& header) {
  const auto here = nn::arithmetic();
  const auto said = header.find("arithmetic");
  const auto then = said != header.end() && said->is_string() ? said->get<std::string>() : "an older dk";
  if (then == here)
    return "both were computed by " + here + "; has the content of the data files changed?";
  return "the run was computed by " + then + ", this is " + here;
}

std::string verdict_on(const recorded_run& run, const run_result& result, const center_difference& found) {
  const auto what = fmt::format("center of {} weights", with_commas(result.weights.size()));
  if (found.equal)
    return fmt::format("the {} is that of {}, bit for bit\n", what, run.end_file);
  return fmt::format("the {} is not that of {}: largest difference {:.3g}; relative difference {:.3g}\n{}\n", what,
                     run.end_file, found.largest, found.relative, why_bits_differ(run.log.header));
}

} // namespace

int replay_command(const replay_options& options) {
  set_up_log(options.quiet ? verbosity::quiet : verbosity::normal);
  const auto run = open_recorded_run(options.run);
  const auto under = job_under(run.which, options);
  const bool same_rule = under == run.which;
  check_end(run);
  const auto data = read_data(run.which);
  check_replay(run.which, run.log, under, data.train, run.start);
  screen shown{options.quiet};
  run_options how;
  how.start = run.start;
  how.progress = [&](const run_progress& progress) { shown.show(progress); };
  how.notice = [&](const std::string& text) { shown.note(text); };
  if (!same_rule || !options.out.empty()) {
    how.folder = make_run_folder(options.out, under.name + "-replay");
    prepare_folder(under, *how.folder, run.start, data);
  }
  const auto replay_here = [&] { return replay(run.which, run.log, under, data.train, how); };
  const auto result = how.folder ? run_in(*how.folder, replay_here) : replay_here();
  shown.clear();
  auto report = make_report(under, data, result, how.folder ? how.folder->path : "");
  report.replay_of = run.folder.path;
  if (how.folder)
    write_results(report, *how.folder);
  check_balance(report);

  const auto then = result_of(run);
  const auto original =
      side_of(run.end ? make_report(run.which, data, then, "") : run_report{run.which, then, {}, {}, "", ""});
  const auto replayed = side_of(report);
  nlohmann::json json{
      {"run", run.folder.path}, {"folder", report.folder}, {"original", original}, {"replay", replayed}};
  std::string text;
  if (same_rule && run.end) {
    const auto found = compare(*run.end, result.weights);
    json["center"] = {
        {"equal", found.equal}, {"largest_difference", found.largest}, {"relative_difference", found.relative}};
    text = verdict_on(run, result, found);
  } else if (same_rule) {
    text = run.folder.path + " has no model.h5 to compare the rebuilt center with: the run ended early\n";
  } else {
    text = table(original, replayed);
  }
  text += to_string(result.rows) + "\n";
  if (!report.folder.empty())
    text += "results in " + report.folder + "\n";
  print(options.json ? json.dump() + "\n" : text);
  return 0;
}

} // namespace dk
