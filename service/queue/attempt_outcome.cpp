#include "service/queue/attempt_outcome.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

namespace dk::service {

namespace {

constexpr std::streamoff tail_bytes = 16 * 1024;
constexpr std::size_t most_cause = 500;

bool is_for_good(int status) {
  constexpr std::array<int, 5> for_good{2, 3, 4, 7, 9};
  return std::find(for_good.begin(), for_good.end(), status) != for_good.end();
}

std::string in_words(const attempt_status& attempt) {
  if (attempt.what == attempt_status::kind::vanished)
    return "its process vanished without a word";
  if (attempt.end.by_signal != 0)
    return "its process was ended by signal " + std::to_string(attempt.end.by_signal) + " (" +
           strsignal(attempt.end.by_signal) + ")";
  return "its process ended with status " + std::to_string(attempt.end.status);
}

std::string printable(std::string text) {
  text.resize(std::min(text.size(), most_cause));
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127)
      c = ' ';
  return text;
}

} // namespace

job_step step_after(const job_record& job, const attempt_status& attempt, const std::string& cause,
                    const retry_rule& rule, moment now) {
  job_step step;
  step.id = job.id;
  step.from = job.state;
  step.time = now;
  const auto has_ended = attempt.what == attempt_status::kind::ended;
  if (has_ended)
    step.exit_status = attempt.end.by_signal != 0 ? 128 + attempt.end.by_signal : attempt.end.status;
  if (has_ended && step.exit_status == 0) {
    step.to = job_state::finished;
    return step;
  }
  if (job.state == job_state::stopping) {
    step.to = job_state::cancelled;
    step.cause = job.cause;
    return step;
  }
  step.cause = cause.empty() || !has_ended ? in_words(attempt) : cause;
  if (has_ended && attempt.end.by_signal == 0 && is_for_good(attempt.end.status)) {
    step.to = job_state::failed;
  } else if (job.failures >= rule.most_failures) {
    step.to = has_ended ? job_state::failed : job_state::lost;
  } else {
    step.to = job_state::queued;
    step.has_failed = true;
    step.not_before = now + (rule.first_wait.count() << (2 * job.failures));
  }
  return step;
}

std::string cause_in(const std::string& output_path) {
  std::ifstream in{output_path, std::ios::binary | std::ios::ate};
  if (!in)
    return "";
  in.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(in.tellg()) - tail_bytes));
  std::string last;
  std::string error;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("E_", 0) == 0)
      error = line;
    if (!line.empty())
      last = std::move(line);
  }
  return printable(error.empty() ? last : error);
}

} // namespace dk::service
