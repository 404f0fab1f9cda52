#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/screen.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "jobs/runs/replay_run.hpp"
#include "nn/kernels/arithmetic.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace dk {

namespace {

struct replay_options {
  replay_request what;
  std::string out;
  bool json = false;
  bool quiet = false;
};

nlohmann::json side_of(const run_report& report) {
  nlohmann::json side{{"algorithm", report.which.trainer.algorithm.name()},
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

std::string why_bits_differ(const std::string& then) {
  const auto here = nn::arithmetic();
  if (then == here)
    return "both were computed by " + here + "; has the content of the data files changed?";
  return "the run was computed by " + (then.empty() ? "an older dk" : then) + ", this is " + here;
}

std::string verdict_on(const replayed_run& run) {
  const auto& found = *run.center;
  const auto what = fmt::format("center of {}", counted(run.replay.result.weights.size(), "weight"));
  if (found.equal)
    return fmt::format("the {} is that of {}, bit for bit\n", what, run.end_file);
  return fmt::format("the {} is not that of {}: largest difference {:.3g}; relative difference {:.3g}\n{}\n", what,
                     run.end_file, found.largest, found.relative, why_bits_differ(run.arithmetic));
}

// "to version 17", or "to versions 17, 16" of several shards.
std::string end_of_log(const replayed_run& run) {
  std::vector<std::string> versions;
  for (const auto version : run.versions)
    versions.push_back(with_commas(version));
  return (versions.size() == 1 ? "to version " : "to versions ") + join(versions);
}

std::string not_at_its_end(const replayed_run& run) {
  return run.original.folder + " is still being trained by " + run.owner +
         "; it was replayed as far as its log goes now, " + end_of_log(run) + '\n';
}

std::string why_not_compared(const replayed_run& run) {
  if (!run.owner.empty())
    return not_at_its_end(run);
  return run.original.folder +
         " has no model.h5 to compare the rebuilt center with: the run ended early; its log goes " + end_of_log(run) +
         '\n';
}

nlohmann::json json_of(const replayed_run& run) {
  nlohmann::json json{{"run", run.original.folder},        {"folder", run.replay.folder},
                      {"original", side_of(run.original)}, {"replay", side_of(run.replay)},
                      {"in_training", !run.owner.empty()}, {"versions", run.versions}};
  if (run.center)
    json["center"] = {{"equal", run.center->equal},
                      {"largest_difference", run.center->largest},
                      {"relative_difference", run.center->relative}};
  return json;
}

std::string text_of(const replayed_run& run) {
  std::string text;
  if (run.center)
    text = verdict_on(run);
  else if (run.same_rule)
    text = why_not_compared(run);
  else
    text = (run.owner.empty() ? "" : not_at_its_end(run)) + table(side_of(run.original), side_of(run.replay));
  text += to_string(run.replay.result.rows) + "\n";
  return run.replay.folder.empty() ? text : text + "results in " + run.replay.folder + "\n";
}

int replay(const replay_options& options) {
  set_up_log(options.quiet ? verbosity::quiet : verbosity::normal);
  screen shown{options.quiet};
  auto how = shown.following();
  how.out = options.out;
  const auto run = replay_run(options.what, how);
  shown.clear();
  print(options.json ? json_of(run).dump() + "\n" : text_of(run));
  return 0;
}

} // namespace

command replay_command(CLI::App& driver) {
  const auto options = std::make_shared<replay_options>();
  auto* const app = driver.add_subcommand("replay", "Rebuild the center of a recorded run from its log of commits");
  app->add_option("RUN", options->what.run, "The run's folder")->required();
  app->add_option("--algorithm", options->what.algorithm, "Follow the same schedule under this algorithm instead");
  app->add_option("--policy", options->what.policy, "Follow it under this policy instead");
  app->add_option("--out", options->out,
                  "The replay's folder (default runs/<time>-<name>-replay under another rule, none without)")
      ->check(not_empty());
  app->add_flag("--json", options->json, "Print one JSON object");
  app->add_flag("-q,--quiet", options->quiet, "No progress, no warnings");
  return {app,
          {"replay runs/20260101-120000-mnist --algorithm dynsgd", "replay runs/20260101-120000-mnist"},
          [options] { return replay(*options); }};
}

} // namespace dk
