#include "actors/validator/validation_rule.hpp"

namespace dk {

namespace {

double loss_of(const validation_report& measured) {
  return measured.loss_sum / static_cast<double>(measured.rows);
}

double accuracy_of(const validation_report& measured) {
  return static_cast<double>(measured.correct) / static_cast<double>(measured.decisions); // NaN where there are none
}

} // namespace

bool validation_watch::take_best(const validation_report& measured) {
  const auto now = rule_.by_accuracy ? accuracy_of(measured) : loss_of(measured);
  const bool better = !best_ ? now == now // a NaN is never the best
                             : (rule_.by_accuracy ? now - rule_.min_delta > *best_ : now + rule_.min_delta < *best_);
  if (better)
    best_ = now;
  if (better)
    waited_ = 0;
  else if (!measured.last)
    ++waited_;
  return better;
}

void validation_watch::recall(const validation_report& measured, bool is_kept) {
  if (is_kept)
    take_best(measured);
  else if (measured.best)
    waited_ = 0;
  else if (!measured.last)
    ++waited_;
  if (measured.last)
    return;
  previous_ = loss_of(measured);
  rate_ = measured.rate;
}

void validation_watch::begin() {
  if (is_out_of_patience())
    waited_ = 0;
}

void validation_watch::add(validation_report& measured) {
  measured.best = take_best(measured);
  if (!measured.last) {
    const auto loss = loss_of(measured);
    // A rise is no progress, nor is a NaN.
    if (rule_.emperor && previous_ && !(*previous_ - loss >= rule_.emperor->threshold))
      rate_ /= rule_.emperor->divide_by;
    previous_ = loss;
  }
  measured.rate = rate_;
}

} // namespace dk
