#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "jobs/plots/plot_runs.hpp"

#include <memory>

namespace dk {

command plot_command(CLI::App& driver) {
  const auto what = std::make_shared<plot_request>();
  auto* const app = driver.add_subcommand("plot", "Plot one or several runs; needs gnuplot");
  app->add_option("RUNS", what->runs, "The folders of one or several runs")->required();
  app->add_option("--out", what->out, "A .svg or .png (default: plot.svg in the first run's folder)")
      ->check(not_empty());
  app->add_option("--what", what->what, "accuracy, loss, staleness, rows_per_second or all (default)");
  app->add_option("--against", what->against, "time (default), commits or rows");
  return {app,
          {"plot runs/20260101-120000-mnist runs/20260101-130000-mnist --out both.png",
           "plot runs/20260101-120000-mnist --what loss --against rows"},
          [what] {
            set_up_log(verbosity::normal);
            print(plot_runs(*what, [](const std::string& text) { tell(text + '\n'); }) + '\n');
            return 0;
          }};
}

} // namespace dk
