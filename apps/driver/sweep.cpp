#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/signals.hpp"
#include "apps/driver/sweep_runs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "jobs/comparison/compared_runs.hpp"
#include "jobs/sweep/sweep_picture.hpp"

#include <filesystem>
#include <memory>

namespace dk {

namespace {

struct sweep_options {
  config_options job;
  std::vector<std::string> grid;
  long long seeds = 1;
  long long jobs = 1;
  bool simulates = false;
  std::string out;
  bool json = false;
  bool quiet = false;
};

constexpr long long most_jobs = 1000;

void check_range(const char* option, long long given, long long most) {
  if (given < 1 || given > most)
    throw failure{errc::usage, std::string{option} + ' ' + std::to_string(given) +
                                   ": expected a whole number from 1 to " +
                                   with_commas(static_cast<unsigned long long>(most))};
}

// As a shell reads it.
std::string shell_word(const std::string& word) {
  const auto* const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=+-,/:@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string quoted = "'";
  for (const auto c : word)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + '\'';
}

// The command that goes on with the sweep in this folder.
std::string command_to_go_on(const sweep_options& options, const std::string& folder) {
  std::vector<std::string> words{"dk_driver", "sweep", shell_word(options.job.config)};
  for (const auto& setting : options.job.settings)
    words.insert(words.end(), {"--set", shell_word(setting)});
  for (const auto& axis : options.grid)
    words.insert(words.end(), {"--grid", shell_word(axis)});
  if (options.seeds > 1)
    words.insert(words.end(), {"--seeds", std::to_string(options.seeds)});
  if (options.simulates)
    words.emplace_back("--simulate");
  if (options.jobs > 1)
    words.insert(words.end(), {"--jobs", std::to_string(options.jobs)});
  words.insert(words.end(), {"--out", shell_word(folder)});
  return join(words, " ");
}

std::string picture_of(const sweep_plan& plan, const sweep_folder& folder, const sweep_options& options) {
  const auto note = [&](const std::string& text) {
    if (!options.quiet)
      tell(text + '\n');
  };
  try {
    return draw_sweep(plan, folder, options.simulates, note);
  } catch (const failure& why) {
    note(std::string{"no picture: "} + why.what());
    return "";
  }
}

// A table of all runs that have a folder, and a picture.
void show_sweep(const sweep_plan& plan, const sweep_folder& folder, const sweep_options& options) {
  std::vector<std::string> runs;
  for (const auto& one : plan.runs)
    if (std::filesystem::exists(folder.run(one).config()))
      runs.push_back(folder.run(one).path);
  const auto all = compare_runs(runs);
  const auto picture = picture_of(plan, folder, options);
  if (options.json)
    return print(to_json(all).dump() + '\n');
  if (!runs.empty())
    print(to_text(all));
  print("results in " + folder.path + (picture.empty() ? "\n" : ", curves in " + picture + '\n'));
}

int sweep(const sweep_options& options) {
  set_up_log(options.quiet ? verbosity::quiet : verbosity::normal);
  check_range("--jobs", options.jobs, most_jobs);
  check_range("--seeds", options.seeds, most_sweep_runs);
  warn_of_variables();
  const sweep_request request{options.job.config, all_settings(options.job), options.grid,
                              static_cast<std::size_t>(options.seeds), options.simulates};
  const auto plan = plan_sweep(request);
  const auto folder = open_sweep(options.out, request, plan);
  stop_on_signals("go on with the same command and its --out");
  sweep_manner how{options.job.config, options.simulates, static_cast<std::size_t>(options.jobs), {}, {}};
  how.alarm = [](const std::string& line) { tell(line + '\n'); };
  how.tell = [&](const std::string& line) {
    if (!options.quiet)
      tell(line + '\n');
  };
  const auto outcome = do_runs(plan, folder, how);
  if (stopping_signal() != 0) {
    how.tell("stopped in order; go on with: " + command_to_go_on(options, folder.path));
    return 128 + stopping_signal();
  }
  show_sweep(plan, folder, options);
  if (outcome.failed > 0)
    how.tell(counted(outcome.failed, "run") + " failed; to try again: " + command_to_go_on(options, folder.path));
  return outcome.status;
}

} // namespace

command sweep_command(CLI::App& driver) {
  const auto options = std::make_shared<sweep_options>();
  auto* const app = driver.add_subcommand("sweep", "Run a job for each point of a grid of keys, and compare the runs");
  add_config_options(*app, options->job)->required();
  app->add_option("--grid", options->grid, "A key and its values: section.key=value,value (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  app->add_option("--seeds", options->seeds, "Runs of each point, with other seeds (default 1)");
  app->add_flag("--simulate", options->simulates, "Simulate the runs, as dk_driver simulate");
  app->add_option("--jobs", options->jobs, "How many runs at a time (default 1)");
  app->add_option("--out", options->out, "The sweep's folder, also to go on in (default runs/<time>-<name>-sweep)")
      ->check(not_empty());
  app->add_flag("--json", options->json, "Print the comparison as one JSON object");
  app->add_flag("-q,--quiet", options->quiet, "No progress, no warnings");
  return {app,
          {"sweep pima.cfg --grid trainer.optimizer.learning_rate=0.001,0.003 --seeds 3 --out runs/rates",
           "sweep examples/laboratory.cfg --simulate --grid trainer.communication_window=5,10 --jobs 2"},
          [options] { return sweep(*options); }};
}

} // namespace dk
