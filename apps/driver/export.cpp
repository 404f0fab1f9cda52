#include "apps/driver/commands.hpp"
#include "apps/driver/config_options.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "jobs/models/export_model.hpp"

#include <memory>
#include <string>

namespace dk {

namespace {

struct export_options {
  std::string model;
  std::string weights;
  std::string out;
};

} // namespace

command export_command(CLI::App& driver) {
  const auto options = std::make_shared<export_options>();
  auto* const app = driver.add_subcommand("export", "Write a model in another format");
  app->add_option("MODEL", options->model, "A run's folder or a model file")->required();
  app->add_option("--weights", options->weights, "A file of weights to use in place of the model file's own");
  app->add_option("--out", options->out, "What to write: a .h5, .keras, .json, .safetensors or .onnx")
      ->required()
      ->check(not_empty());
  return {app, {"export runs/20260101-120000-mnist --out mnist.onnx"}, [options] {
            set_up_log(verbosity::normal);
            export_model(options->model, options->out, options->weights);
            print(options->out + '\n');
            return 0;
          }};
}

} // namespace dk
