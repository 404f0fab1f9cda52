#pragma once

#include "runtime/laboratory/laboratory.hpp"
#include "runtime/replay/commit_log.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

#include <iterator>

namespace dk::test {

inline std::string content(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A run in the laboratory, and the files it left.
struct experiment {
  temporary_folder folder;
  run_options options;
  run_result result;

  experiment(const job& which, const data::dataset& rows) {
    options.folder = make_run_folder(folder.path("run"), "laboratory");
    result = simulate(which, rows, options);
  }

  std::string history() const { return content(options.folder->history()); }
  std::string commits() const { return content(options.folder->commits()); }
  std::vector<commit_record> records() const {
    std::vector<commit_record> all;
    for (const auto& one : read_commit_log(options.folder->commits()).commits)
      all.push_back(one.what);
    return all;
  }
};

// Chunks of 10 rows in two batches; a batch takes 0.1 s.
inline job timed_job(const std::string& algorithm, std::size_t workers) {
  auto made = small_job(algorithm, workers);
  made.trainer.batch_size = 5;
  made.trainer.communication_window = 2;
  made.trainer.optimizer = {"sgd", {{"learning_rate", 0.02}}};
  made.laboratory.batch_seconds = 0.1;
  return made;
}

} // namespace dk::test
