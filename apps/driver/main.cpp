#include "apps/driver/commands.hpp"
#include "apps/driver/output.hpp"
#include "common/handles.hpp"
#include "common/request_failure.hpp"
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

std::string examples_text(const std::vector<std::string>& examples) {
  std::string text = examples.size() == 1 ? "Example:\n" : "Examples:\n";
  for (const auto& example : examples)
    text += "  dk_driver " + example + '\n';
  return text;
}

// Each command shows its own examples; the program those of a training, and the first of each command.
void add_examples(const dk::command& train, const std::vector<dk::command>& commands) {
  auto all = train.examples;
  for (const auto& command : commands) {
    command.options->footer(examples_text(command.examples));
    all.push_back(command.examples.front());
  }
  train.options->footer(examples_text(all));
}

int run(int argc, char** argv) {
  CLI::App app{"Trains a neural network with asynchronous optimizers, on this host or on nodes."};
  app.set_version_flag("--version", std::string{"dk_driver "} + dk::version_text);
  const auto train = dk::train_command(app);
  const std::vector<dk::command> commands{
      dk::evaluate_command(app), dk::predict_command(app),  dk::prepare_command(app), dk::summary_command(app),
      dk::replay_command(app),   dk::simulate_command(app), dk::export_command(app),  dk::plot_command(app),
      dk::trace_command(app),    dk::compare_command(app),  dk::sweep_command(app)};
  add_examples(train, commands);
  check_command(app, argc > 1 ? argv[1] : "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& why) {
    if (why.get_exit_code() == 0)
      return print_for(app, why);
    throw refusal(app, why);
  }
  check_before_command(app);
  for (const auto& command : commands)
    if (command.options->parsed())
      return command.run();
  return train.run();
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN); // a file that grows beyond a limit is reported as on a full disk
  std::signal(SIGPIPE, SIG_IGN); // what is written to nobody is an error of that write alone (output.hpp)
  dk::raise_handles();           // each process on a node takes one
  try {
    return run(argc, argv);
  } catch (const dk::request_failure& why) { // whose members the options are called after
    std::fprintf(stderr, "%s\n", dk::to_line(why.with_options()).c_str());
    return dk::exit_status(why.code());
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
