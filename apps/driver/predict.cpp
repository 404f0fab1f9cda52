#include "jobs/answers/predict.hpp"
#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"

#include <memory>

namespace dk {

command predict_command(CLI::App& driver) {
  const auto what = std::make_shared<predict_request>();
  const auto nodes = std::make_shared<std::string>();
  auto* const app = driver.add_subcommand("predict", "Predict each row; writes the row and its prediction");
  app->add_option("--model", what->model, "A run's folder or a model file")->required();
  app->add_option("--weights", what->weights, "A file of weights to use in place of the model file's own");
  app->add_option("--data", what->data, "A file, a TOML source, or - for CSV or JSON lines from stdin")->required();
  app->add_option("--out", what->out, "A .csv, .jsonl or .npy (default: -, stdout)")->check(not_empty());
  add_nodes_option(*app, *nodes, "to work on, in place of this host");
  app->add_option("--as", what->as, "On stdout: csv or jsonl (default: as the input, or else csv)");
  app->add_option("--columns", what->columns, "Columns of the data to write: a,b or none (default: all)");
  app->add_option("--prefix", what->prefix, "Name the predictions NAME_prediction, ...");
  app->add_flag("--proba", what->proba, "Write a column proba_CLASS for each class");
  app->add_flag("--raw", what->raw, "Write the model's raw outputs: no class names, and not in the label's units");
  return {app,
          {"predict --model runs/20260101-120000-mnist --data new.csv --out answers.csv",
           "predict --model model.h5 --data - --as jsonl"},
          [what, nodes] {
            set_up_log(verbosity::normal);
            what->where = cluster_of(*nodes);
            what->print = print;
            predict(*what);
            return 0;
          }};
}

} // namespace dk
