#include "runtime/run/run_checkpoints.hpp"

#include "nn/files/model_file.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <filesystem>

namespace dk {

run_checkpoints::run_checkpoints(const run_context& run, const weight_holder& holder)
    : run_(run), holder_(holder),
      keeper_(run.options.folder && run.where.keeps_checkpoints() ? run.options.folder->checkpoints() : "",
              run.between_centers()) {}

void run_checkpoints::name(const recorder_actor& recorder, const std::vector<ledger_actor>& ledgers) {
  recorder_ = recorder;
  ledgers_ = ledgers;
}

// Each at the end of its chunk; it begins no other until it is released.
std::vector<replica_state> run_checkpoints::hold(const cluster& workers) const {
  std::vector<replica_state> all;
  for (std::uint32_t i = 0; i < holder_.workers_to_hold(); ++i)
    all.push_back(run_.ask<replica_state>(workers.worker_of(i), hold_atom_v));
  return all;
}

void run_checkpoints::release(const cluster& workers) const {
  for (std::uint32_t i = 0; i < holder_.workers_to_hold(); ++i)
    run_.self->send(workers.worker_of(i), release_atom_v);
}

resume_state run_checkpoints::standing(const cluster& workers) const {
  resume_state now;
  now.session = run_.session();
  now.workers = hold(workers);
  now.shards = holder_.states(now.workers); // nobody commits meanwhile
  release(workers);
  return now;
}

resume_state run_checkpoints::without_workers() const {
  return {run_.session(), holder_.states({}), {}};
}

void run_checkpoints::save_first() {
  const auto begun = clock::now();
  if (keeper_.is_on() && run_.where.can_be_resumed() && run_.resume() == nullptr)
    write({run_.session(), holder_.first_states(), {}}, begun);
}

void run_checkpoints::save(const cluster& workers, bool ended) {
  if (!keeper_.is_on())
    return;
  const auto begun = clock::now();
  const bool may_hold = ended || clock::now() >= next_hold_;
  if (!may_hold)
    return holder_.needs_workers() ? void() : write(without_workers(), begun);
  resume_state now;
  try {
    now = standing(workers);
  } catch (const failure& why) {
    release(workers);
    if (holder_.needs_workers() && ended)
      throw;
    next_hold_ = clock::now() + std::chrono::minutes{5}; // meanwhile there is more to do than to wait for it
    const auto trouble = "the worker did not report its state: " + std::string{why.what()};
    if (holder_.needs_workers())
      return run_.tell(trouble + "; checkpoint not written; the run continues");
    run_.tell(trouble + "; a resumed run starts with a new one");
    now = without_workers();
  }
  write(now, begun);
}

void run_checkpoints::save_what_there_is(const cluster& workers) {
  if (!keeper_.is_on())
    return;
  resume_state now;
  try {
    now = holder_.needs_workers() ? standing(workers) : without_workers();
  } catch (const std::exception& why) {
    if (!holder_.needs_workers()) // else the worker took what it had learned with it
      run_.tell("checkpoint not written: " + std::string{why.what()});
    return;
  }
  try {
    if (std::filesystem::exists(run_.options.folder->config()))
      write(now, clock::now());
    else
      rescue(now);
  } catch (const std::exception& why) {
    run_.tell("checkpoint not written: " + std::string{why.what()});
  }
}

// Somebody has removed the run's folder.
void run_checkpoints::rescue(const resume_state& now) const {
  const auto& which = run_.which;
  const auto elsewhere = make_run_folder(run_.options.folder->path + "-rescued", which.name);
  write_text(elsewhere.config(), to_toml(which));
  for (std::size_t i = 0; i < holder_.models(); ++i)
    nn::save_model(is_ensemble(which) ? elsewhere.initial_model_of(i) : elsewhere.initial_model(),
                   architecture_of(which), which.trainer.loss, which.trainer.optimizer,
                   holder_.first_weights(i).data());
  write_checkpoints(elsewhere.checkpoints(), now);
  run_.tell("the run's folder was removed; saved to " + elsewhere.path + "; continue with: dk_driver --resume " +
            elsewhere.path);
}

// The logs first: a checkpoint counts on the lines of all that is in it.
void run_checkpoints::write(const resume_state& now, clock::time_point begun) {
  try {
    for (const auto& one : ledgers_)
      run_.ask<ledger_tally>(one, tally_atom_v); // whose reports have gone on to the recorder by then
  } catch (const failure&) { // it has died, which ends the run; what the shards have, and their commits, can be saved
    if (holder_.needs_workers())
      throw;
  }
  run_.ask<bool>(recorder_, caf::flush_atom_v);
  if (const auto trouble = keeper_.save(now, begun); !trouble.empty())
    run_.tell(trouble);
}

} // namespace dk
