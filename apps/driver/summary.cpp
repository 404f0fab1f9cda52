#include "nn/model/summary.hpp"
#include "apps/driver/commands.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/prepared/prepared.hpp"
#include "jobs/inputs/data_summary.hpp"
#include "jobs/models/known_model.hpp"

#include <filesystem>
#include <memory>

namespace dk {

namespace {

int summarise(const std::string& what) {
  set_up_log(verbosity::normal);
  std::error_code ignored;
  const bool is_run = std::filesystem::is_directory(what, ignored) && !data::prepared::is_folder(what);
  if (is_run || nn::is_model_file(what))
    print(nn::summary(load_known_model(what).file.architecture));
  else
    print(data_summary(data::read(with_all_columns(parse_source(what)))));
  return 0;
}

} // namespace

command summary_command(CLI::App& driver) {
  const auto what = std::make_shared<std::string>();
  auto* const app = driver.add_subcommand("summary", "Print the layers of a model or the columns of data");
  app->add_option("MODEL_OR_DATA", *what, "A run's folder, a model file, a data file or a TOML source")->required();
  return {app, {"summary model.h5", "summary new.csv"}, [what] { return summarise(*what); }};
}

} // namespace dk
