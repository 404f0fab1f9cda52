#include "jobs/runs/going_on.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "runtime/config/job_rules.hpp"

#include <algorithm>
#include <filesystem>

namespace dk {

namespace {

// What a later session may do otherwise than the first; all else is in what it has trained already.
const std::vector<std::string>& changeable() {
  static const std::vector<std::string> keys{"trainer.epochs",
                                             "trainer.stop",
                                             "trainer.workers",
                                             "trainer.metrics",
                                             "trainer.validation_every",
                                             "trainer.keep",
                                             "trainer.tensorboard",
                                             "data.test",
                                             "data.prefetch",
                                             "data.cache_folder",
                                             "data.where",
                                             "cluster.nodes",
                                             "cluster.servers",
                                             "cluster.request_timeout",
                                             "cluster.heartbeat",
                                             "cluster.connection_timeout"};
  return keys;
}

} // namespace

job job_to_go_on(const run_folder& folder, const std::vector<std::string>& settings) {
  auto now = load_job(folder.config(), settings);
  for (const auto& key : differing_keys(reload_job(folder.config()), now))
    if (const auto& may = changeable(); std::find(may.begin(), may.end(), key) == may.end())
      throw failure{errc::config, key + " differs from that of the run in " + folder.path +
                                      "; when resuming you can change only: " + join(may)};
  require_complete(now, folder.config());
  return now;
}

bool is_finished(const resume_state& state, const job& which, const run_folder& folder) {
  if (state.shards.front().grid.epochs > which.trainer.epochs)
    return false; // it cannot go on at all, which check_resume says
  const bool alone = !has_center(which);
  for (std::size_t i = 0; i < state.shards.size(); ++i) {
    auto grid = state.shards[i].grid;
    grid.epochs = static_cast<std::uint32_t>(which.trainer.epochs);
    if ((alone ? state.shards[i].folded : state.done()).size() < grid.chunks())
      return false;
  }
  return std::filesystem::exists(folder.result());
}

std::string finished_text(const job& which, const run_folder& folder) {
  const auto epochs = which.trainer.epochs;
  return folder.path + " is finished: all of its " + counted(epochs, "epoch is", "epochs are") +
         " trained; go on with more, as in: dk_driver --resume " + folder.path +
         " --set trainer.epochs=" + std::to_string(2 * epochs);
}

void keep_epochs(const job& which, const run_folder& folder) {
  auto kept = reload_job(folder.config());
  if (kept.trainer.epochs == which.trainer.epochs)
    return;
  kept.trainer.epochs = which.trainer.epochs;
  write_text(folder.config(), to_toml(kept));
}

} // namespace dk
