// What a run hears while it goes on, and what follows from that.
#include "actors/protocol/errors.hpp"
#include "common/log.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

// Waits a little for news, then does what is due.
void training::look_around() {
  auto patience = run_.where.wait_for_news(self_);
  for (bool heard = true; heard && !ended_;
       patience = std::chrono::milliseconds{0}) { // all there is, before anybody is waited for
    self_->receive([&](const run_event& event) { hear(event); },
                   [&](const validation_report& measured) { validation_.hear(measured); },
                   [&](const process_exit& what) { cluster_->hear(what); }, [&](caf::down_msg& down) { hear(down); },
                   caf::after(patience) >> [&] { heard = false; });
    if (run_.where.goes_step_by_step())
      break;
  }
  if (run_.options.stop != nullptr && run_.options.stop->load() && !stop_sent_) {
    stop_sent_ = true;
    for (const auto& one : ledgers_)
      self_->send(one, stop_atom_v);
  }
  if (!ended_)
    show_progress();
  if (!ended_ && checkpoints_.is_due())
    checkpoints_.save(*cluster_, ended_);
  if (!ended_ && validation_.is_due())
    validation_.keep_best();
}

void training::hear(const run_event& event) {
  switch (event.what) {
  case run_event::kind::worker_joined:
    log()->info("{} joined", cluster_->describe(event.worker));
    break;
  case run_event::kind::worker_left:
    log()->info("{} finished", cluster_->describe(event.worker));
    break;
  case run_event::kind::worker_stalled:
    run_.tell(cluster_->describe(event.worker) + " " + event.text + "; " + event.consequence);
    cluster_->put_down(event.worker);
    break;
  case run_event::kind::worker_lost: {
    const auto cause = cluster_->cause_of_death(event.worker);
    run_.tell(cluster_->describe(event.worker) + " " + (cause.empty() ? "failed: " + event.text : cause) + "; " +
              event.consequence);
    break;
  }
  case run_event::kind::noted:
    run_.tell(event.text);
    break;
  case run_event::kind::finished:
    ended_ = ++finished_ == ledgers_.size();
    break;
  case run_event::kind::failed:
    throw failure{event.code, event.text};
  }
}

void training::hear(const caf::down_msg& down) {
  cluster_->hear(down);
  const auto is = [&](const auto& actor) { return actor && actor.address() == down.source; };
  const auto& shards = holder_->shards();
  for (std::uint32_t i = 0; i < shards.size(); ++i)
    if (is(shards[i].server))
      end_without([&] { return cluster_->end_of_server(i); }, down.reason);
  if (validation_.is_by(down))
    end_without([&] { return cluster_->end_of_validator(); }, down.reason);
  if (is(recorder_) || std::any_of(ledgers_.begin(), ledgers_.end(), is))
    throw to_failure(down.reason);
}

// What a run cannot do without is gone: what is left is the last checkpoint.
void training::end_without(const std::function<std::string()>& cause, const caf::error& reason) {
  is_end_of_process_ = true;
  const auto end = is_ours(reason) ? "" : cause();
  if (end.empty())
    throw to_failure(reason);
  throw failure{errc::nodes, end + (run_.options.folder ? "; continue from the last checkpoint with: dk_driver "
                                                          "--resume " +
                                                              run_.options.folder->path
                                                        : "; start the run again")};
}

// Whoever needs a shard or the validator fails when its process ends, often before word of that end is here; that is
// what a person must hear.
failure training::cause_of(const failure& why) {
  const auto code = why.code();
  if (is_end_of_process_ || !serves_on_nodes(run_.which) ||
      (code != errc::connect && code != errc::internal && code != errc::nodes))
    return why;
  const auto until = clock::now() + std::chrono::seconds{1};
  try {
    for (auto left = until - clock::now(); left.count() > 0; left = until - clock::now())
      self_->receive([](const run_event&) {}, [](const validation_report&) {},
                     [&](const process_exit& what) { cluster_->hear(what); }, [&](caf::down_msg& down) { hear(down); },
                     caf::after(left) >> [] {});
  } catch (const failure& other) {
    return is_end_of_process_ ? other : why;
  }
  return why;
}

} // namespace dk
