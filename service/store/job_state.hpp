#pragma once

#include <cstdint>
#include <string>

namespace dk::service {

/// Where a job is on its way. The last four are ends.
enum class job_state : std::uint8_t {
  queued,    ///< accepted; waits for its turn, or for its next attempt
  starting,  ///< its process is being started
  running,   ///< its process trains
  stopping,  ///< somebody cancelled it; its process writes its last checkpoint
  finished,  ///< trained to its end
  failed,    ///< its process ended with an error that another attempt would meet again, or met too often
  cancelled, ///< somebody cancelled it
  lost,      ///< its process vanished without a word, too often
};

/// "queued", as users and files see it.
const char* word_of(job_state state);

/// @throws failure (usage) for a word that is none
job_state job_state_of(const std::string& word);

constexpr bool is_end(job_state state) {
  return state >= job_state::finished;
}

/// Whether a job may go from one state to the other.
bool may_follow(job_state from, job_state to);

} // namespace dk::service
