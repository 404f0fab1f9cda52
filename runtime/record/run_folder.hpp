#pragma once

#include <memory>
#include <string>

namespace dk {

class run_lock;

/// The files of one run (docs/run-folder.md). Every path is inside `path`.
struct run_folder {
  std::string path;
  std::shared_ptr<const run_lock> owner = nullptr; ///< nobody else writes there as long as this lives

  std::string config() const { return path + "/config.resolved.toml"; }
  std::string pipeline() const { return path + "/pipeline.json"; }
  std::string initial_model() const { return path + "/initial.h5"; }
  std::string model() const { return path + "/model.h5"; }
  std::string best_model() const { return path + "/best.h5"; }
  std::string last_model() const { return path + "/last.h5"; }
  std::string validation() const { return path + "/validation.jsonl"; }
  /// Of an ensemble, which has a model for each worker.
  std::string initial_model_of(std::size_t worker) const { return path + "/initial-" + std::to_string(worker) + ".h5"; }
  std::string model_of(std::size_t worker) const { return path + "/model-" + std::to_string(worker) + ".h5"; }
  std::string history() const { return path + "/history.jsonl"; }
  std::string history_table() const { return path + "/history.csv"; }
  std::string commits() const { return path + "/commits.jsonl"; }
  std::string result() const { return path + "/result.json"; }
  std::string log() const { return path + "/log.txt"; }
  std::string tensorboard() const { return path + "/tensorboard"; }
  std::string checkpoints() const { return path + "/checkpoints"; }
};

/// Makes a folder for a run, and owns it: `wanted`, or runs/<time>-<name> when that is empty. `wanted` may exist when
/// no run is in it; a folder that holds a run already is not written over.
/// @throws failure (resources) when it cannot be made, (usage) when it holds a run, (checkpoint) when one is starting
/// or training in it
run_folder make_run_folder(const std::string& wanted, const std::string& name);

/// Makes a new folder runs/<time>-<name>, or one with a number behind it where that is taken.
/// @return its path. @throws failure (resources)
std::string make_dated_folder(const std::string& name);

/// Whether a run can go on in this folder: it has a checkpoint of at least this version. The first, 0, is that of a run
/// that has done nothing yet.
bool has_checkpoint(const run_folder& folder, int least = 0);

/// Where a run is to get its folder later. @throws failure (usage) when the folder `wanted` holds a run, (checkpoint)
/// when one is training in it
void require_free(const std::string& wanted);

/// An earlier run's folder. @throws failure (checkpoint) when it is none
run_folder open_run_folder(const std::string& path);

/// Owns a run's folder, to write in it. @throws failure (checkpoint) when another process does, see run_lock
void own(run_folder& folder);

/// Removes the files of a run that ended before it had trained anything, so that the same command can be tried again;
/// and the folder, where nothing else is in it. A run that has trained is left as it is.
void discard_unused(const run_folder& folder);

/// Writes a whole text file: to a temporary file first, so that nobody reads half of it.
/// @throws failure (resources)
void write_text(const std::string& path, const std::string& text);

} // namespace dk
