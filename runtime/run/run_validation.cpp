#include "runtime/run/run_validation.hpp"

#include "common/log.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/validation_format.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <filesystem>
#include <utility>

namespace dk {

namespace {

// How many of these measurements may be the best: the center of each that came after the one in this file was lost when
// its session was killed.
std::size_t kept_of(const std::vector<validation_report>& all, const std::string& file) {
  if (!std::filesystem::exists(file))
    return 0;
  const auto remark = nn::remark_in(file);
  if (remark.empty()) // of an older dk
    return all.size();
  const auto found = measurement_of(remark, all);
  return found ? *found + 1 : 0;
}

} // namespace

bool run_validation::is_on() const {
  return run_.options.validation != nullptr && !is_ensemble(run_.which);
}

void run_validation::recall(std::uint64_t resumed) {
  if (!is_on() || run_.resume() == nullptr || !run_.options.folder)
    return;
  earlier_ = read_validation(run_.options.folder->validation());
  for (auto& one : earlier_)
    one.last = one.last || one.trained > resumed;
  kept_ = kept_of(earlier_, run_.options.folder->best_model());
}

double run_validation::earlier_rate() const {
  const auto due = std::find_if(earlier_.rbegin(), earlier_.rend(), [](const auto& one) { return !one.last; });
  return due == earlier_.rend() ? 1 : double{due->rate};
}

// Says who it is that does not answer.
template <class Answer, class Question>
Answer run_validation::ask(Question question) const {
  try {
    return run_.ask<Answer>(validator_, question);
  } catch (const failure& why) {
    if (why.code() != errc::connect)
      throw;
    throw failure{errc::connect, "the validator has no answer: " + std::string{why.what()}};
  }
}

void run_validation::launch(cluster& hosts, const weight_holder& holder, const track& only, const ledger_actor& ledger,
                            const recorder_actor& recorder) {
  if (!is_on())
    return;
  const auto& held_out = *run_.options.validation;
  recorder_ = recorder;
  frozen_ = holder.frozen_of(0);
  validator_terms terms;
  terms.label_width = static_cast<std::uint32_t>(held_out.label_width);
  terms.ledger = ledger;
  terms.held_out = held_out.rows;
  for (const auto& link : holder.shards())
    terms.shards.push_back({link.server, link.offset, link.shard_session, {}, link.at});
  terms.frozen = frozen_;
  terms.grid = only.grid;
  terms.trained = only.resumed.rows(only.grid);
  terms.chunks = only.resumed.size();
  terms.earlier = earlier_;
  terms.kept = kept_;
  terms.watcher = caf::actor_cast<caf::actor>(recorder);
  validator_ = hosts.launch_validator({run_.which, held_out, std::move(terms), run_.split.num_all()});
  run_.self->monitor(validator_);
  ask<bool>(watch_atom_v);
}

void run_validation::introduce(const weight_holder& holder, const cluster& workers) const {
  if (validator_)
    holder.introduce(validator_, workers);
}

bool run_validation::is_due() const {
  return is_behind_ && run_.options.folder && run_.where.can_be_resumed() && clock::now() >= next_;
}

void run_validation::keep_best() {
  const auto begun = clock::now();
  keep(ask<best_center>(state_atom_v));
  next_ = clock::now() + std::max<clock::duration>(run_.between_centers(), 100 * (clock::now() - begun));
}

// The measurement first: a file counts on the line of its center.
void run_validation::keep(const best_center& best) {
  is_behind_ = false;
  if (best.weights.empty() || !run_.options.folder)
    return;
  run_.ask<bool>(recorder_, caf::flush_atom_v);
  const auto& which = run_.which;
  nn::save_remarked_model(run_.options.folder->best_model(), architecture_of(which), which.trainer.loss,
                          which.trainer.optimizer, run_.split.join(best.weights, frozen_).data(),
                          validation_line(best.measured, 0));
}

void run_validation::keep_what_there_is() {
  try {
    if (validator_ && is_behind_)
      keep(run_.ask<best_center>(validator_, state_atom_v));
  } catch (const std::exception& why) {
    log()->info("the best center so far was not kept: {}", why.what());
  }
}

bool run_validation::finish(run_result& result) {
  if (!validator_)
    return false;
  result.validation = ask<validation_report>(finish_atom_v);
  const auto best = ask<best_center>(state_atom_v);
  keep(best);
  if (!best.weights.empty())
    result.best_weights = run_.split.join(best.weights, frozen_);
  return true;
}

void run_validation::choose_best(run_result& result) const {
  std::vector<validation_report> all{earlier_.begin(), earlier_.begin() + static_cast<std::ptrdiff_t>(kept_)};
  all.insert(all.end(), result.numbers.validation.begin(), result.numbers.validation.end());
  const auto best = std::find_if(all.rbegin(), all.rend(), [](const auto& one) { return one.best; });
  if (best != all.rend())
    result.best = *best;
}

} // namespace dk
