// What a run does when an actor that it cannot do without has ended.
#include "actors/protocol/errors.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

constexpr std::chrono::seconds time_for_word{1}; // of an end

} // namespace

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
  const auto end = is_ours(reason) ? "" : cause();
  if (end.empty())
    throw to_failure(reason);
  throw failure{errc::nodes, end + (run_.options.folder ? "; continue from the last checkpoint with: dk_driver "
                                                          "--resume " +
                                                              run_.options.folder->path
                                                        : "; start the run again")};
}

// An answer that did not come may be the first sign of an end, which is told better then.
void training::look_for_ends() {
  for (bool heard = true; heard;)
    self_->receive([&](const process_exit& what) { cluster_->hear(what); }, [&](caf::down_msg& down) { hear(down); },
                   caf::after(time_for_word) >> [&] { heard = false; });
}

} // namespace dk
