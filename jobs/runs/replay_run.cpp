#include "jobs/runs/replay_run.hpp"

#include "actors/server/policy.hpp"
#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "jobs/inputs/inputs.hpp"
#include "jobs/runs/results.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/record/run_lock.hpp"

#include <filesystem>
#include <utility>

namespace dk {

namespace {

// A run as its folder has it.
struct recorded_run {
  run_folder folder;
  job which;
  commit_log log;
  block start;
  std::string owner;        // who is still training it; empty: nobody
  std::optional<block> end; // absent where the run ended early, or has not ended
  std::string end_file;
};

block weights_in(const std::string& path) {
  const auto file = nn::load_model(path);
  return block::copy_of(file.weights.data(), file.weights.size());
}

// A log can be cut off between two lines; then the run came further than its log.
void check_end(const recorded_run& run) {
  if (!run.owner.empty())
    return; // what is there is of an earlier session
  const auto result = read_result(run.folder);
  if (!result.contains("versions") || run.log.servers != run.which.trainer.servers)
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
  run.owner = owner_of_run(path).value_or("");
  run.which = load_job(run.folder.config(), {}, [](const std::string&) { return std::nullopt; });
  require_complete(run.which, run.folder.config());
  check_schedule(run.which);
  run.log = read_commit_log(run.folder.commits(), !run.owner.empty());
  run.start = weights_in(run.folder.initial_model());
  for (const auto& file : {run.folder.model(), run.folder.last_model()}) // the last, where the best was kept
    if (run.owner.empty() && std::filesystem::exists(file)) {
      run.end = weights_in(file);
      run.end_file = file;
    }
  return run;
}

request_failure unknown_choice(const char* member, const std::string& name, const std::vector<std::string>& known) {
  return {errc::usage, request_member(member) + " " + name + " is not known" + did_you_mean(name, known) +
                           "; expected one of: " + join(known)};
}

// The job that the run's schedule is to be followed under.
job job_under(const job& recorded, const replay_request& request) {
  auto under = recorded;
  auto& trainer = under.trainer;
  if (!request.algorithm.empty()) {
    const auto* rule = find_algorithm(request.algorithm);
    if (rule == nullptr)
      throw unknown_choice("algorithm", request.algorithm, algorithm_names());
    if (rule->name != recorded.trainer.algorithm.name()) {
      trainer.algorithm = chosen_algorithm{rule->name};
      trainer.policy = std::string{name_of(rule->policy)};
    }
  }
  if (!request.policy.empty()) {
    if (!find_policy(request.policy))
      throw unknown_choice("policy", request.policy, policy_names());
    trainer.policy = request.policy;
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

std::string arithmetic_in(const nlohmann::json& header) {
  const auto said = header.find("arithmetic");
  return said != header.end() && said->is_string() ? said->get<std::string>() : "";
}

} // namespace

replayed_run replay_run(const replay_request& request, const job_options& options) {
  if (options.stop != nullptr)
    throw failure{errc::usage, "a replay cannot be stopped in order; leave `stop` out"};
  const auto run = open_recorded_run(request.run);
  const auto under = job_under(run.which, request);
  const bool same_rule = under == run.which;
  check_end(run);
  const auto data = read_data(run.which);
  check_replay(run.which, run.log, under, data.train, run.start);
  run_options how;
  how.start = run.start;
  how.progress = options.progress;
  how.notice = options.notice;
  if (!same_rule || !options.out.empty()) {
    how.folder = make_run_folder(options.out, under.name + "-replay");
    prepare_folder(under, *how.folder, run.start, data);
  }
  const auto replay_here = [&] { return replay(run.which, run.log, under, data.train, how); };
  const auto result = how.folder ? run_in(*how.folder, replay_here) : replay_here();
  auto report = make_report(under, data, result, how.folder ? how.folder->path : "");
  report.replay_of = run.folder.path;
  if (how.folder)
    write_results(report, *how.folder);
  check_balance(report);
  const auto then = result_of(run);
  auto original = run.end ? make_report(run.which, data, then, "") : run_report{run.which, then, {}, {}, "", "", false};
  original.folder = run.folder.path;
  std::optional<center_difference> center;
  if (same_rule && run.end)
    center = compare(*run.end, result.weights);
  return {std::move(original), std::move(report), same_rule,        center,
          run.end_file,        run.owner,         run.log.versions, arithmetic_in(run.log.header)};
}

} // namespace dk
