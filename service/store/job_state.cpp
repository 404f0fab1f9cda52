#include "service/store/job_state.hpp"

#include "common/error.hpp"

#include <array>

namespace dk::service {

namespace {

constexpr std::array<const char*, 8> state_words{"queued",   "starting", "running",   "stopping",
                                                 "finished", "failed",   "cancelled", "lost"};

constexpr unsigned set_of(std::initializer_list<job_state> states) {
  unsigned bits = 0;
  for (const auto state : states)
    bits |= 1U << static_cast<unsigned>(state);
  return bits;
}

// Of each state, those that may follow. From `starting` and `running` a job goes back to `queued` for another attempt;
// a job that ended without success goes there when somebody resumes it.
constexpr std::array<unsigned, 8> followers{
    set_of({job_state::starting, job_state::cancelled, job_state::failed}),
    set_of({job_state::running, job_state::stopping, job_state::queued, job_state::finished, job_state::failed,
            job_state::lost}),
    set_of({job_state::stopping, job_state::queued, job_state::finished, job_state::failed, job_state::lost}),
    set_of({job_state::cancelled, job_state::finished, job_state::failed}),
    set_of({}),
    set_of({job_state::queued}),
    set_of({job_state::queued}),
    set_of({job_state::queued}),
};

} // namespace

const char* word_of(job_state state) {
  return state_words.at(static_cast<std::size_t>(state));
}

job_state job_state_of(const std::string& word) {
  std::string all;
  for (std::size_t i = 0; i < state_words.size(); ++i) {
    if (word == state_words[i])
      return static_cast<job_state>(i);
    all += (i == 0 ? "" : ", ") + std::string{state_words[i]};
  }
  throw failure{errc::usage, "\"" + word + "\" is no state of a job; there are " + all};
}

bool may_follow(job_state from, job_state to) {
  return (followers.at(static_cast<std::size_t>(from)) & set_of({to})) != 0;
}

} // namespace dk::service
