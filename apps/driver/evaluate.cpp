#include "jobs/scores/evaluate.hpp"
#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"

#include <memory>

namespace dk {

namespace {

struct evaluate_options {
  evaluate_request what;
  std::string nodes;
  bool json = false;
};

int evaluate(const evaluate_options& options) {
  set_up_log(verbosity::normal);
  auto what = options.what;
  what.where = cluster_of(options.nodes);
  const auto found = evaluate(what);
  print(options.json ? to_json(found).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n'
                     : to_text(found));
  return 0;
}

} // namespace

command evaluate_command(CLI::App& driver) {
  const auto options = std::make_shared<evaluate_options>();
  auto* const app = driver.add_subcommand("evaluate", "Measure a model on data: loss, accuracy and scores per class");
  app->add_option("--model", options->what.model, "A run's folder or a model file")->required();
  app->add_option("--weights", options->what.weights, "A file of weights to use in place of the model file's own");
  app->add_option("--data", options->what.data, "A file, or a TOML source (default: the run's test data)");
  add_nodes_option(*app, options->nodes, "to work on, in place of this host");
  app->add_flag("--json", options->json, "Print one JSON object");
  return {app, {"evaluate --model runs/20260101-120000-mnist", "evaluate --model model.h5 --data new.csv"}, [options] {
            return evaluate(*options);
          }};
}

} // namespace dk
