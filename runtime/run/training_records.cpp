// What a run leaves behind while it goes on.
#include "runtime/config/job_rules.hpp"
#include "runtime/record/commit_format.hpp"
#include "runtime/run/training.hpp"

#include <chrono>
#include <fstream>
#include <iterator>

namespace dk {

namespace {

// Empty where there is no such file.
std::string written_text(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

void training::spawn_recorder() {
  const auto& options = run_.options;
  const bool commits = run_.rule.has_server();
  recorder_setup setup;
  if (options.folder) {
    setup.history = options.folder->history();
    if (run_.which.trainer.record && commits) {
      setup.commits = options.folder->commits();
      setup.header = first_line();
    }
    if (validation_.is_on())
      setup.validation = options.folder->validation();
    if (run_.which.trainer.tensorboard)
      setup.tensorboard = tensorboard();
  }
  setup.session = run_.session();
  setup.listener = caf::actor{self_};
  setup.grid = grid_of(run_.which, run_.rows.rows);
  if (commits)
    setup.folded.resize(run_.which.trainer.servers);
  for (std::size_t i = 0; i < setup.folded.size() && options.resume != nullptr; ++i)
    setup.folded[i] = options.resume->shards[i].folded;
  setup.so_far = run_.where.earlier();
  recorder_ = system_.spawn(recorder, setup);
  self_->monitor(recorder_);
}

// A laboratory's time begins with the run.
tensorboard_setup training::tensorboard() const {
  const auto& folder = *run_.options.folder;
  tensorboard_setup setup;
  setup.folder = folder.tensorboard();
  make_event_folder(setup.folder); // here: an actor that throws while it is spawned is never freed
  setup.config = written_text(folder.config());
  if (setup.config.empty())
    setup.config = to_toml(run_.which);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  setup.began = run_.where.is_in_real_time() ? std::chrono::duration<double>(now).count() : 0;
  setup.total_rows = total_rows_;
  setup.epochs = run_.which.trainer.epochs;
  setup.resumed_rows = resumed_rows_;
  setup.is_later = run_.resume() != nullptr;
  return setup;
}

// What this session begins commits.jsonl with.
std::string training::first_line() const {
  const auto* const resume = run_.resume();
  const auto& grid = tracks_.front().grid;
  if (resume == nullptr)
    return commits_header(run_.which, grid).dump();
  std::vector<std::uint64_t> versions;
  for (const auto& shard : resume->shards)
    versions.push_back(shard.version);
  const bool same = resume->shards.front().grid.epochs == grid.epochs;
  return restart_line(run_.session(), versions, run_.resumes_workers(), same ? 0 : grid.epochs).dump();
}

} // namespace dk
