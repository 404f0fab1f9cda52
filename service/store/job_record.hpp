#pragma once

#include "service/store/job_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dk::service {

/// Milliseconds since 1970, UTC.
using moment = std::int64_t;

/// What a user hands in.
struct submission {
  std::string user;
  std::string name;
  std::int64_t priority = 0; ///< a higher one goes first
  std::string config;        ///< TOML
  std::string settings;      ///< JSON: ["trainer.workers=2", ...], as --set has them
  std::string files;         ///< JSON: {"train.csv": SHA-256, ...}: what the config names and the user sent
  std::string key;           ///< the same key again means the same job; "" for none
  std::string fingerprint;   ///< SHA-256 of the request, which the same key must have again
  moment time = 0;
};

/// What became of a submission.
struct receipt {
  enum class outcome : std::uint8_t {
    accepted,    ///< it is a new job
    known,       ///< it is the job that the same key made before
    conflicting, ///< the same key came with another request before
    too_many,    ///< the user has as many unfinished jobs as may be
  };
  outcome what = outcome::accepted;
  std::int64_t job = 0;
};

/// What the store keeps of a job.
struct job_record {
  std::int64_t id = 0; ///< 1, 2, ...; never used again
  std::string user;
  std::string name;
  std::int64_t priority = 0;
  job_state state = job_state::queued;
  std::int64_t attempt = 0;  ///< how often its process was started
  std::int64_t failures = 0; ///< attempts that failed since somebody submitted or resumed it
  moment submitted = 0;
  std::optional<moment> started; ///< of the newest attempt
  std::optional<moment> ended;
  moment not_before = 0; ///< of the next attempt
  std::optional<std::int64_t> exit_status;
  std::string cause; ///< of its end, or of its last failed attempt: one line; "" for none
  std::string config;
  std::string settings;
  std::string files;
};

/// Which jobs a list has: the newest first.
struct job_query {
  std::string user; ///< "" for all
  std::optional<job_state> state;
  std::int64_t before = 0; ///< only smaller ids; 0 for all
  std::int64_t most = 100;
};

/// A step of a job from one state to another, and what changes with it.
struct job_step {
  std::int64_t id = 0;
  job_state from = job_state::queued;
  job_state to = job_state::queued;
  moment time = 0;
  std::string cause;
  std::optional<std::int64_t> exit_status;
  moment not_before = 0;       ///< to queued: when it may start
  bool is_new_attempt = false; ///< to starting: counts
  bool has_failed = false;     ///< to queued: counts as a failure
};

} // namespace dk::service
