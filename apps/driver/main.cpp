#include "apps/driver/evaluate.hpp"
#include "apps/driver/export.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/plot.hpp"
#include "apps/driver/predict.hpp"
#include "apps/driver/prepare.hpp"
#include "apps/driver/replay.hpp"
#include "apps/driver/simulate.hpp"
#include "apps/driver/summary.hpp"
#include "apps/driver/train.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "common/version.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace {

// --help, --version
int print_for(const CLI::App& app, const CLI::ParseError& why) {
  std::ostringstream text;
  app.exit(why, text, text);
  dk::print(text.str());
  return 0;
}

// A command that is misspelt would be taken for a config.
void check_command(const CLI::App& app, const std::string& first) {
  std::error_code ignored;
  if (first.empty() || first.front() == '-' || first.find_first_of("./") != std::string::npos ||
      std::filesystem::exists(std::filesystem::symlink_status(first, ignored)))
    return;
  std::vector<std::string> commands;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(command->get_name());
  const auto meant = dk::nearest_name(first, commands);
  if (!meant.empty() && meant != first)
    throw dk::failure{dk::errc::usage, "unknown command " + first + "; did you mean " + meant + '?'};
}

dk::failure refusal(const CLI::App& app, const CLI::ParseError& why) {
  std::string text = why.what();
  const std::string required = " is required";
  if (const auto at = text.rfind(required); at != std::string::npos && at + required.size() == text.size())
    text.replace(at, required.size(), " is missing");
  const auto commands = app.get_subcommands();
  const auto command = commands.empty() ? "" : commands.front()->get_name() + ' ';
  return {dk::errc::usage, text + "; see dk_driver " + command + "--help"};
}

// What stands before a command would be read as options of a training, and not by it.
void check_before_command(const CLI::App& app) {
  if (app.get_subcommands().empty())
    return;
  const auto command = app.get_subcommands().front()->get_name();
  for (const auto* option : app.get_options())
    if (option->count() > 0)
      throw dk::failure{dk::errc::usage, (option->get_positional() ? option->results().front() : option->get_name()) +
                                             " stands before " + command + "; put it after: dk_driver " + command +
                                             " ..., see dk_driver " + command + " --help"};
}

int run(int argc, char** argv) {
  CLI::App app{"Trains a neural network with asynchronous optimizers, on this host or on nodes."};
  app.set_version_flag("--version", std::string{"dk_driver "} + dk::version_text);
  app.footer("Examples:\n"
             "  dk_driver examples/mnist.cfg\n"
             "  dk_driver examples/mnist.cfg --set trainer.workers=4 --nodes host1:7077,host2:7077\n"
             "  dk_driver evaluate --model runs/20260101-120000-mnist\n"
             "  dk_driver predict --model runs/20260101-120000-mnist --data new.csv --out answers.csv\n"
             "  dk_driver replay runs/20260101-120000-mnist --algorithm dynsgd\n"
             "  dk_driver simulate examples/laboratory.cfg --set trainer.workers=20\n"
             "  dk_driver summary model.h5\n"
             "  dk_driver export runs/20260101-120000-mnist --out mnist.onnx\n"
             "  dk_driver plot runs/20260101-120000-mnist runs/20260101-130000-mnist --out both.png\n");

  dk::train_options train;
  app.add_option("CONFIG", train.config, "A job: TOML in a .cfg file (docs/config.md)");
  app.add_option("--set", train.settings, "Override a key: section.key=value (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  app.add_option("--nodes", train.nodes, "Train on these nodes: host:port,host:port");
  app.add_option("--out", train.out, "The run's folder (default runs/<time>-<name>)");
  app.add_option("--resume", train.resume, "Go on with the run in this folder from its last checkpoint");
  app.add_flag("--dry-run", train.dry_run, "Check config and data and print the plan; train nothing");
  app.add_flag("--print-config", train.print_config, "Print the config with every default; train nothing");
  app.add_flag("--json", train.json, "Print the result as one JSON object");
  app.add_flag("-q,--quiet", train.quiet, "No summary, no progress");
  app.add_flag("-v,--verbose", train.verbose, "Log more");

  dk::evaluate_options evaluate;
  auto* const evaluate_app =
      app.add_subcommand("evaluate", "Measure a model on data: loss, accuracy and scores per class");
  evaluate_app->add_option("--model", evaluate.model, "A run's folder or a model file")->required();
  evaluate_app->add_option("--weights", evaluate.weights, "A file of weights to use in place of the model file's own");
  evaluate_app->add_option("--data", evaluate.data, "A file, or a TOML source (default: the run's test data)");
  evaluate_app->add_option("--nodes", evaluate.nodes, "Work on these nodes: host:port,host:port (default: this host)");
  evaluate_app->add_flag("--json", evaluate.json, "Print one JSON object");

  dk::predict_options predict;
  auto* const predict_app = app.add_subcommand("predict", "Predict each row; writes the row and its prediction");
  predict_app->add_option("--model", predict.model, "A run's folder or a model file")->required();
  predict_app->add_option("--weights", predict.weights, "A file of weights to use in place of the model file's own");
  predict_app->add_option("--data", predict.data, "A file, a TOML source, or - for CSV or JSON lines from stdin")
      ->required();
  predict_app->add_option("--out", predict.out, "A .csv, .jsonl or .npy (default: -, stdout)");
  predict_app->add_option("--nodes", predict.nodes, "Work on these nodes: host:port,host:port (default: this host)");
  predict_app->add_option("--as", predict.as, "On stdout: csv or jsonl (default: as the input, or else csv)");

  predict_app->add_option("--columns", predict.columns, "Columns of the data to write: a,b or none (default: all)");
  predict_app->add_option("--prefix", predict.prefix, "Name the predictions NAME_prediction, ...");
  predict_app->add_flag("--proba", predict.proba, "Write a column proba_CLASS for each class");
  predict_app->add_flag("--raw", predict.raw,
                        "Write the model's raw outputs: no class names, and not in the label's units");

  dk::prepare_options prepare;
  auto* const prepare_app =
      app.add_subcommand("prepare", "Read and transform a job's data once, into a prepared folder");
  prepare_app->add_option("CONFIG", prepare.config, "A job (docs/config.md)")->required();
  prepare_app->add_option("--set", prepare.settings, "Override a key: section.key=value (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  prepare_app->add_option("--nodes", prepare.nodes,
                          "Transform on these nodes: host:port,host:port (default: this host)");
  prepare_app->add_option("--out", prepare.out, "The folder to make; it gets train, validate and test")->required();
  prepare_app->add_flag("--pack", prepare.pack, "Compress the prepared folder: smaller on disk, slower to read");

  std::string what;
  auto* const summary_app = app.add_subcommand("summary", "Print the layers of a model or the columns of data");
  summary_app->add_option("MODEL_OR_DATA", what, "A run's folder, a model file, a data file or a TOML source")
      ->required();

  dk::replay_options replay;
  auto* const replay_app = app.add_subcommand("replay", "Rebuild the center of a recorded run from its log of commits");
  replay_app->add_option("RUN", replay.run, "The run's folder")->required();
  replay_app->add_option("--algorithm", replay.algorithm, "Follow the same schedule under this algorithm instead");
  replay_app->add_option("--policy", replay.policy, "Follow it under this policy instead");
  replay_app->add_option("--out", replay.out,
                         "The replay's folder (default runs/<time>-<name>-replay under another rule, none without)");
  replay_app->add_flag("--json", replay.json, "Print one JSON object");
  replay_app->add_flag("-q,--quiet", replay.quiet, "No progress");

  dk::simulate_options simulate;
  auto* const simulate_app =
      app.add_subcommand("simulate", "Run a job in the laboratory: in virtual time, in one thread");
  simulate_app->add_option("CONFIG", simulate.config, "A job with a [laboratory] (docs/laboratory.md)")->required();
  simulate_app->add_option("--set", simulate.settings, "Override a key: section.key=value (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  simulate_app->add_option("--out", simulate.out, "The run's folder (default runs/<time>-<name>)");
  simulate_app->add_flag("--print-config", simulate.print_config, "Print the config with every default; train nothing");
  simulate_app->add_flag("--json", simulate.json, "Print the result as one JSON object");
  simulate_app->add_flag("-q,--quiet", simulate.quiet, "No progress");

  dk::export_options exported;
  auto* const export_app = app.add_subcommand("export", "Write a model in another format");
  export_app->add_option("MODEL", exported.model, "A run's folder or a model file")->required();
  export_app->add_option("--weights", exported.weights, "A file of weights to use in place of the model file's own");
  export_app->add_option("--out", exported.out, "What to write: a .h5, .keras, .json, .safetensors or .onnx")
      ->required();

  dk::plot_options plot;
  auto* const plot_app = app.add_subcommand("plot", "Plot one or several runs; needs gnuplot");
  plot_app->add_option("RUNS", plot.runs, "The folders of one or several runs")->required();
  plot_app->add_option("--out", plot.out, "A .svg or .png (default: plot.svg in the first run's folder)");
  plot_app->add_option("--what", plot.what, "accuracy, loss, staleness, rows_per_second or all (default)");
  plot_app->add_option("--against", plot.against, "time (default), commits or rows");

  check_command(app, argc > 1 ? argv[1] : "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& why) {
    if (why.get_exit_code() == 0)
      return print_for(app, why);
    throw refusal(app, why);
  }
  check_before_command(app);
  if (*evaluate_app)
    return dk::evaluate_command(evaluate);
  if (*predict_app)
    return dk::predict_command(predict);
  if (*prepare_app)
    return dk::prepare_command(prepare);
  if (*replay_app)
    return dk::replay_command(replay);
  if (*simulate_app)
    return dk::simulate_command(simulate);
  if (*summary_app)
    return dk::summary_command(what);
  if (*export_app)
    return dk::export_command(exported);
  if (*plot_app)
    return dk::plot_command(plot);
  if (train.config.empty() && train.resume.empty())
    throw dk::failure{dk::errc::usage, "no config is given; see dk_driver --help"};
  return dk::train_command(train);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN); // a file that grows beyond a limit is reported as on a full disk
  std::signal(SIGPIPE, SIG_IGN); // what is written to nobody is an error of that write alone (output.hpp)
  try {
    return run(argc, argv);
  } catch (const dk::failure& why) {
    std::fprintf(stderr, "%s\n", dk::to_line(why).c_str());
    return dk::exit_status(why.code());
  } catch (const std::filesystem::filesystem_error& why) { // a loop of links, a folder that may not be read
    std::fprintf(stderr, "E_RESOURCES %s: %s; check the path\n", why.path1().c_str(), why.code().message().c_str());
    return dk::exit_status(dk::errc::resources);
  } catch (const std::bad_alloc&) {
    std::fputs("E_RESOURCES out of memory; lower data.memory, batch_size or the number of workers\n", stderr);
    return dk::exit_status(dk::errc::resources);
  } catch (const std::exception& why) {
    std::fprintf(stderr, "E_INTERNAL %s; please report this\n", why.what());
    return dk::exit_status(dk::errc::internal);
  }
}
