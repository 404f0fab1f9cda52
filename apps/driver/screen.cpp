#include "apps/driver/screen.hpp"

#include "apps/driver/output.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

namespace dk {

namespace {

constexpr double seconds_between_lines = 5; // where there is no terminal
constexpr int bar_width = 24;

double part_done(const run_progress& progress) {
  const auto done = static_cast<double>(progress.numbers.rows + progress.resumed_rows);
  return progress.expected_rows == 0 ? 1 : std::min(1.0, done / static_cast<double>(progress.expected_rows));
}

double rows_per_second(const run_progress& progress) {
  return progress.seconds > 0 ? static_cast<double>(progress.numbers.rows) / progress.seconds : 0;
}

std::string time_left(const run_progress& progress) {
  const auto speed = progress.real_seconds > 0 ? static_cast<double>(progress.numbers.rows) / progress.real_seconds : 0;
  if (speed <= 0)
    return "";
  const auto done = static_cast<double>(progress.numbers.rows + progress.resumed_rows);
  const auto seconds = static_cast<long>((static_cast<double>(progress.expected_rows) - done) / speed);
  if (seconds >= 3600)
    return fmt::format("  {} h {:02} min left", seconds / 3600, seconds / 60 % 60);
  return seconds >= 60 ? fmt::format("  {} min {:02} s left", seconds / 60, seconds % 60)
                       : fmt::format("  {} s left", std::max(0L, seconds));
}

} // namespace

std::string progress_text(const run_progress& progress) {
  const auto& numbers = progress.numbers;
  auto text = fmt::format("{:3.0f}%  {} rows/s", 100 * part_done(progress),
                          with_commas(static_cast<unsigned long long>(rows_per_second(progress))));
  if (!numbers.recent.empty())
    text += fmt::format("  loss {:.4f}", numbers.recent_loss());
  if (const auto accuracy = numbers.recent_accuracy())
    text += fmt::format("  accuracy {:.4f}", *accuracy);
  text += fmt::format("  staleness {:.1f}  {}", numbers.mean_staleness(), counted(numbers.workers_alive, "worker"));
  return text + time_left(progress);
}

namespace {

std::string loss_and_accuracy(const nn::loss_sums& found) {
  const auto text = fmt::format("loss {:.4f}", found.loss());
  return found.accuracy() ? text + fmt::format(", accuracy {:.4f}", *found.accuracy()) : text;
}

} // namespace

std::string epoch_text(std::uint32_t number, const epoch_statistics& epoch) {
  return fmt::format("epoch {}: {} while training", number + 1, loss_and_accuracy(epoch.all));
}

std::string validation_text(const validation_report& measured) {
  return fmt::format("validation at epoch {:.2f}: {}{}", double{measured.epoch},
                     loss_and_accuracy(metrics_of(measured)), measured.best ? ", the best so far" : "");
}

screen::screen(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), colour_(terminal_ && std::getenv("NO_COLOR") == nullptr) {}

screen::~screen() {
  clear();
}

job_options screen::following() {
  job_options how;
  how.progress = [this](const run_progress& progress) { show(progress); };
  how.notice = [this](const std::string& text) { note(text); };
  return how;
}

// The news since the last time: epochs that are whole, and measurements.
void screen::tell_news(const run_progress& progress) {
  for (const auto number : progress.whole_epochs)
    if (told_epochs_.insert(number).second)
      note(epoch_text(number, progress.numbers.epochs.at(number)));
  const auto& measured = progress.numbers.validation;
  for (; told_measurements_ < measured.size(); ++told_measurements_)
    note(validation_text(measured[told_measurements_]));
}

void screen::show(const run_progress& progress) {
  if (quiet_)
    return;
  tell_news(progress);
  if (!terminal_) {
    if (progress.real_seconds - last_line_ < seconds_between_lines)
      return;
    last_line_ = progress.real_seconds;
    tell(progress_text(progress) + '\n');
    return;
  }
  if (progress.is_trained)
    return clear();
  const auto full = static_cast<int>(std::lround(part_done(progress) * bar_width));
  const auto bar =
      std::string(static_cast<std::size_t>(full), '=') + std::string(static_cast<std::size_t>(bar_width - full), ' ');
  tell(fmt::format("\r\x1b[K{}[{}]{} {}", colour_ ? "\x1b[32m" : "", bar, colour_ ? "\x1b[0m" : "",
                   progress_text(progress)));
  bar_shown_ = true;
}

void screen::note(const std::string& text) {
  clear();
  tell(text + '\n');
}

void screen::clear() {
  if (bar_shown_)
    tell("\r\x1b[K");
  bar_shown_ = false;
}

} // namespace dk
