#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "jobs/plots/trace_run.hpp"

#include <memory>

namespace dk {

command trace_command(CLI::App& driver) {
  const auto what = std::make_shared<trace_request>();
  auto* const app =
      driver.add_subcommand("trace", "Show when workers and shards did what, in a browser's trace viewer");
  app->add_option("RUN", what->run, "The folder of a run, which may still train")->required()->check(not_empty());
  app->add_option("--out", what->out, "A .json, or - for stdout (default: trace.json in the run's folder)")
      ->check(not_empty());
  return {app,
          {"trace runs/20260101-120000-mnist", "trace runs/20260101-120000-mnist --out - | gzip > trace.json.gz"},
          [what] {
            set_up_log(verbosity::normal);
            const auto path = trace_run(*what, print, [](const std::string& text) { tell(text + '\n'); });
            if (!path.empty())
              print(path + '\n');
            return 0;
          }};
}

} // namespace dk
