#include "jobs/models/run_of_file.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "runtime/record/run_folder.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace dk {

namespace {

namespace fs = std::filesystem;

// The run that a model file lies in; without a path where it lies in none.
run_folder run_beside(const std::string& model) {
  const auto folder = fs::path{model}.parent_path();
  const run_folder run{folder.empty() ? "." : folder.string()};
  std::error_code ignored;
  return !fs::is_directory(model, ignored) && fs::exists(run.config(), ignored) ? run : run_folder{};
}

bool has_transforms(const run_folder& run) {
  try {
    return !load_job(run.config(), {}, [](const std::string&) { return std::nullopt; }).data.transforms.empty();
  } catch (const failure&) {
    return false; // its config is damaged: nobody can say
  }
}

} // namespace

void warn_of_transforms(const known_model& model, const spec& source) {
  const auto run = run_beside(model.path);
  if (!run.path.empty() && data::prepared_by(source).empty() && has_transforms(run))
    log()->warn("{}: the transforms of its run are not applied; to apply them, name the run's folder: {}", model.path,
                run.path);
}

void advise_run(const known_model& model, const std::function<void()>& work) {
  try {
    work();
  } catch (const failure& why) {
    const auto run = run_beside(model.path);
    if (run.path.empty() || (why.code() != errc::data && why.code() != errc::shape))
      throw;
    throw failure{why.code(), std::string{why.what()} + "; or name the run's folder, " + run.path +
                                  ", in place of its model file: it knows transforms and label"};
  }
}

} // namespace dk
