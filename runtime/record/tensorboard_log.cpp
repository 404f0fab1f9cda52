#include "runtime/record/tensorboard_log.hpp"

#include <algorithm>
#include <ctime>

namespace dk {

namespace {

constexpr std::uint64_t points_in_a_run = 1000;

// Markdown shows lines with four spaces in front of them as they are.
std::string as_code(const std::string& text) {
  std::string code;
  bool begins = true;
  for (const auto c : text) {
    code += begins ? "    " : "";
    code += c;
    begins = c == '\n';
  }
  return code;
}

void add_loss_and_accuracy(summary_event& to, const std::string& prefix, const nn::loss_sums& sums) {
  to.add_scalar(prefix + "loss", sums.loss());
  if (const auto accuracy = sums.accuracy())
    to.add_scalar(prefix + "accuracy", *accuracy);
}

} // namespace

tensorboard_log::tensorboard_log(const tensorboard_setup& setup) : setup_(setup), trained_(setup.resumed_rows) {
  if (setup_.folder.empty())
    return;
  file_ = event_file{setup_.folder, static_cast<std::uint64_t>(std::time(nullptr))};
  file_.write(file_version_event(setup_.began));
  if (setup_.is_later)
    file_.write(session_event(setup_.began, trained_ + 1));
  auto event = event_at(0, trained_);
  event.add_text("config", as_code(setup_.config));
  write(event);
}

void tensorboard_log::write(const summary_event& event) {
  if (!event.empty())
    file_.write(event.bytes());
}

void tensorboard_log::add(const commit_record& commit) {
  if (setup_.folder.empty() || commit.kind != verdict_kind::applied)
    return;
  ++newest_.commits;
  newest_.staleness += static_cast<double>(commit.staleness);
  ++staleness_[commit.staleness];
}

void tensorboard_log::add(const chunk_report& chunk, double seconds) {
  if (setup_.folder.empty())
    return;
  trained_ += chunk.rows;
  newest_.sums += nn::loss_sums{chunk.loss_sum, chunk.correct, chunk.rows, chunk.decisions};
  auto event = event_at(seconds, trained_);
  if (newest_.sums.rows >= setup_.total_rows / points_in_a_run)
    add_point(event, seconds);
  add_epoch(event, chunk);
  write(event);
}

void tensorboard_log::add(const validation_report& measured, double seconds) {
  if (setup_.folder.empty())
    return;
  auto event = event_at(seconds, measured.trained);
  add_loss_and_accuracy(event, "validation/", metrics_of(measured));
  for (const auto& [name, value] : measured.others)
    event.add_scalar("validation/" + name, value);
  write(event);
}

void tensorboard_log::finish(double seconds) {
  if (setup_.folder.empty())
    return;
  auto event = event_at(seconds, trained_);
  add_point(event, seconds);
  add_staleness(event);
  write(event);
}

void tensorboard_log::add_point(summary_event& to, double seconds) {
  if (newest_.sums.rows == 0)
    return;
  add_loss_and_accuracy(to, "train/", newest_.sums);
  if (seconds > newest_.began)
    to.add_scalar("train/samples_per_second", static_cast<double>(newest_.sums.rows) / (seconds - newest_.began));
  if (newest_.commits > 0)
    to.add_scalar("train/staleness", newest_.staleness / static_cast<double>(newest_.commits));
  newest_ = {};
  newest_.began = seconds;
}

void tensorboard_log::add_staleness(summary_event& to) {
  if (!staleness_.empty())
    to.add_histogram("staleness", staleness_);
  staleness_.clear();
}

// An epoch of which an earlier session has trained rows never becomes whole here.
void tensorboard_log::add_epoch(summary_event& to, const chunk_report& chunk) {
  const auto epoch = chunk.chunk.epoch;
  auto& sums = epochs_[epoch];
  sums += nn::loss_sums{chunk.loss_sum, chunk.correct, chunk.rows, chunk.decisions};
  if (sums.rows < setup_.total_rows / std::max<std::uint64_t>(1, setup_.epochs))
    return;
  const auto every = std::max<std::uint64_t>(1, setup_.epochs / points_in_a_run);
  if ((epoch + 1) % every == 0 || epoch + 1 == setup_.epochs) {
    add_loss_and_accuracy(to, "epoch_", sums);
    add_staleness(to);
  }
  epochs_.erase(epoch);
}

} // namespace dk
