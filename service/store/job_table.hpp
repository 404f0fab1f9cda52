#pragma once

#include "service/store/database.hpp"
#include "service/store/job_record.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dk::service {

/// How many jobs of one user there may be.
struct user_limits {
  std::int64_t unfinished = 1000;
  std::int64_t running = 1'000'000;
};

/// The jobs of a state folder. Writes nothing by itself to the disk: whoever calls begins and commits.
class job_table {
public:
  /// Makes its tables where there are none. @throws failure (resources)
  job_table(const database& in, user_limits limits);

  receipt submit(const submission& what);

  /// @return nothing when there is no such job
  std::optional<job_record> find(std::int64_t id);
  /// Without config, settings and files.
  std::vector<job_record> list(const job_query& wanted);

  /// The job that is to start next: of users who have fewer than `limits.running` jobs under way, the one of the
  /// highest priority, of these the oldest. Nothing when none is due at `now`.
  std::optional<job_record> next(moment now);
  /// When the earliest job that waits for its next attempt may start; nothing when none waits.
  std::optional<moment> next_attempt(moment now);

  /// Takes a step. @return false, and nothing has changed, when the job is not in `from`, or is gone
  /// @throws failure (internal) for a step that no job may take
  bool take(const job_step& step);

  /// Removes a job that has ended. @return false when there is none, or it has not ended
  bool remove(std::int64_t id);

  /// All that are starting, running or stopping.
  std::vector<job_record> under_way();
  std::int64_t count(job_state state) const;

  /// After a transaction that was rolled back.
  void count_again();

private:
  using counts = std::map<job_state, std::int64_t>;

  std::optional<receipt> seen_before(const submission& what);
  void add(const std::string& user, job_state state, std::int64_t by);
  std::int64_t count_of(const std::string& user, job_state state) const;
  std::int64_t running(const std::string& user) const;

  const database* in_;
  user_limits limits_;
  statement add_job_; ///< these three are kept, as a submission should cost little
  statement find_key_;
  statement add_key_;
  std::map<std::string, counts> users_; ///< counting them in the file would read all of them
  std::int64_t submissions_ = 0;
};

} // namespace dk::service
