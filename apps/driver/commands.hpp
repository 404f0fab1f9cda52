#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace dk {

/// A command of dk_driver: its options, and what it does once they are parsed.
struct command {
  CLI::App* options = nullptr;
  std::vector<std::string> examples; ///< for its --help: what to type after dk_driver; the first is the program's, too
  std::function<int()> run;          ///< @return the exit status. @throws failure
};

/// Trains: without a name of its own, `dk_driver CONFIG`.
command train_command(CLI::App& driver);

// Each adds its command to the driver.
command compare_command(CLI::App& driver);
command evaluate_command(CLI::App& driver);
command export_command(CLI::App& driver);
command plot_command(CLI::App& driver);
command predict_command(CLI::App& driver);
command prepare_command(CLI::App& driver);
command replay_command(CLI::App& driver);
command simulate_command(CLI::App& driver);
command summary_command(CLI::App& driver);
command trace_command(CLI::App& driver);
command sweep_command(CLI::App& driver);

} // namespace dk
