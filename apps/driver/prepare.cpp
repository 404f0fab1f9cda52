#include "jobs/inputs/prepare.hpp"
#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/dataset.hpp"

#include <fmt/format.h>
#include <memory>

namespace dk {

namespace {

struct prepare_options {
  config_options job;
  std::string out;
  bool pack = false;
};

// The source, as a config takes it.
std::string text_of(const prepared_source& made) {
  return fmt::format("{} = {{ format = \"prepared\", path = \"{}\"{} }}   # {}: {}\n", made.key, made.folder,
                     made.weighted ? fmt::format(", weight = \"{}\"", data::weight_column) : "",
                     counted(made.rows, "row"), join(made.columns));
}

int prepare(const prepare_options& options) {
  set_up_log(verbosity::normal);
  const auto which = load(options.job);
  if (!which.data.train)
    throw failure{errc::config, options.job.config + ": has no training data; give `train` in [data]"};
  for (const auto& made : prepare(which, options.out, options.pack))
    print(text_of(made));
  return 0;
}

} // namespace

command prepare_command(CLI::App& driver) {
  const auto options = std::make_shared<prepare_options>();
  auto* const app = driver.add_subcommand("prepare", "Read and transform a job's data once, into a prepared folder");
  add_config_options(*app, options->job)->description("A job (docs/config.md)")->required();
  add_nodes_option(*app, options->job.nodes, "to transform on, in place of this host");
  app->add_option("--out", options->out, "The folder to make; it gets train, validate and test")
      ->required()
      ->check(not_empty());
  app->add_flag("--pack", options->pack, "Compress the prepared folder: smaller on disk, slower to read");
  return {app, {"prepare examples/higgs.cfg --out prepared/higgs"}, [options] { return prepare(*options); }};
}

} // namespace dk
