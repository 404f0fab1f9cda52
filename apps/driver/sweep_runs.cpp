#include "apps/driver/sweep_runs.hpp"

#include "apps/driver/child_program.hpp"
#include "apps/driver/signals.hpp"
#include "common/content_name.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "jobs/runs/results.hpp"

#include <chrono>
#include <csignal>
#include <deque>
#include <fmt/format.h>
#include <list>
#include <sstream>

namespace dk {

namespace {

using sweep_clock = std::chrono::steady_clock;

struct run_at_work {
  std::size_t number; // from 0
  child_program program;
  sweep_clock::time_point begun;
};

std::vector<std::string> arguments_of(const sweep_run& one, const run_folder& folder, const sweep_manner& how,
                                      sweep_progress progress) {
  if (progress == sweep_progress::begun)
    return {"--resume", folder.path, "-q"};
  std::vector<std::string> words;
  if (how.simulates)
    words.emplace_back("simulate");
  words.insert(words.end(), {how.config, "--out", folder.path, "-q"});
  for (const auto& setting : one.settings)
    words.insert(words.end(), {"--set", setting});
  return words;
}

// "accuracy 0.96, ", or the loss: on the test rows, the held-out rows, or the training rows of the last epoch.
std::string what_came(const run_folder& folder) {
  const auto result = read_result(folder);
  std::vector<nlohmann::json> places;
  for (const auto* rows : {"test", "validation"})
    places.push_back(result.value(rows, nlohmann::json::object()));
  if (const auto epochs = result.value("epochs", nlohmann::json::array()); !epochs.empty())
    places.push_back(epochs.back());
  for (const auto* name : {"accuracy", "loss"})
    for (const auto& place : places)
      if (place.contains(name) && place.at(name).is_number())
        return fmt::format("{} {:.4g}, ", name, place.at(name).get<double>());
  return "";
}

// The line with the error; without one the last that it wrote.
std::string reason_in(const std::string& complaints, int status) {
  std::istringstream in{complaints};
  std::string reason;
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && (reason.compare(0, 2, "E_") != 0 || line.compare(0, 2, "E_") == 0))
      reason = line;
  const auto how = status > 128
                       ? "ended by signal " + std::to_string(status - 128) + " (" + strsignal(status - 128) + ')'
                       : "exit status " + std::to_string(status);
  return reason.empty() ? how : reason;
}

class runs_of_sweep {
public:
  runs_of_sweep(const sweep_plan& plan, const sweep_folder& folder, const sweep_manner& how)
      : plan_(plan), folder_(folder), how_(how), config_(content_name_of(how.config)) {
    for (std::size_t i = 0; i < plan.runs.size(); ++i)
      if (progress_of(folder.run(plan.runs[i]), how.simulates) != sweep_progress::finished)
        open_.push_back(i);
    if (const auto finished = plan.runs.size() - open_.size(); finished > 0)
      how.tell(with_commas(finished) + " of " + counted(plan.runs.size(), "run") + " finished already");
  }

  sweep_outcome finish() {
    while (!at_work_.empty() || (!open_.empty() && stopping_signal() == 0)) {
      while (at_work_.size() < how_.jobs && !open_.empty() && stopping_signal() == 0)
        begin_next();
      if (stopping_signal() != 0 && !passed_on_) {
        passed_on_ = true;
        for (const auto& one : at_work_)
          one.program.send(stopping_signal());
      }
      take_ended();
      if (!at_work_.empty())
        wait_for_children();
    }
    return outcome_;
  }

private:
  std::string name_of(std::size_t number) const {
    return fmt::format("{} of {}: {}", with_commas(number + 1), with_commas(plan_.runs.size()),
                       plan_.runs[number].label);
  }

  void begin_next() {
    const auto number = open_.front();
    open_.pop_front();
    const auto& one = plan_.runs[number];
    const auto folder = folder_.run(one);
    try {
      if (content_name_of(how_.config) != config_)
        throw failure{errc::config, how_.config + ": has changed since the sweep began; restore it, and go on"};
      const auto progress = progress_of(folder, how_.simulates);
      if (progress == sweep_progress::partial)
        discard_partial(folder);
      at_work_.push_back({number, child_program{arguments_of(one, folder, how_, progress)}, sweep_clock::now()});
      how_.tell(name_of(number) + (progress == sweep_progress::begun ? " goes on" : " begins"));
    } catch (const failure& why) {
      if (why.code() == errc::resources)
        throw;
      fail(number, to_line(why), exit_status(why.code()));
    }
  }

  void take_ended() {
    for (auto one = at_work_.begin(); one != at_work_.end();) {
      if (!one->program.has_ended()) {
        ++one;
        continue;
      }
      const std::chrono::duration<double> seconds = sweep_clock::now() - one->begun;
      const auto status = one->program.status();
      if (status == 0)
        how_.tell(fmt::format("{}: {}{:.3g} s", name_of(one->number), what_came(folder_.run(plan_.runs[one->number])),
                              seconds.count()));
      else if (passed_on_ && status == 128 + stopping_signal())
        how_.tell(name_of(one->number) + " stopped");
      else
        fail(one->number, reason_in(one->program.complaints(), status), status);
      one = at_work_.erase(one);
    }
  }

  void fail(std::size_t number, const std::string& reason, int status) {
    how_.alarm(fmt::format("{} failed in {}: {}", name_of(number), folder_.run(plan_.runs[number]).path, reason));
    ++outcome_.failed;
    outcome_.status = outcome_.status == 0 ? status : outcome_.status;
  }

  const sweep_plan& plan_;
  const sweep_folder& folder_;
  const sweep_manner& how_;
  const std::string config_; // its content
  std::deque<std::size_t> open_;
  std::list<run_at_work> at_work_;
  sweep_outcome outcome_;
  bool passed_on_ = false;
};

} // namespace

sweep_outcome do_runs(const sweep_plan& plan, const sweep_folder& folder, const sweep_manner& how) {
  watch_children();
  return runs_of_sweep{plan, folder, how}.finish();
}

} // namespace dk
