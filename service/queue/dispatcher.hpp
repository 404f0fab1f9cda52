#pragma once

#include "service/queue/attempt_outcome.hpp"
#include "service/store/store.hpp"

#include <functional>
#include <map>
#include <set>

namespace dk::service {

/// Somebody wants a job not to go on.
struct job_cancel {
  std::int64_t id = 0;
  std::string cause; ///< "cancelled by anna"
};
/// A job that ended without success is to go on from its last checkpoint.
struct job_resume {
  std::int64_t id = 0;
};

/// There may be a job to start.
using wake_atom = caf::atom_constant<caf::atom("wake")>;
/// It is time to look at the processes (sent by itself).
using look_atom = caf::atom_constant<caf::atom("look")>;

} // namespace dk::service

// They stay inside the server's process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_resume)

namespace dk::service {

/// Starts jobs when there is room for them, and follows their processes to the end.
///   wake ─────────────▶ dispatcher
///   job_cancel ───────▶ dispatcher  ◀── the job after that; none when there is none that could be
///   job_resume ───────▶ dispatcher  ◀── likewise
using dispatcher_actor =
    caf::typed_actor<caf::reacts_to<wake_atom>, caf::reacts_to<look_atom>, caf::replies_to<job_cancel>::with<job_found>,
                     caf::replies_to<job_resume>::with<job_found>>;

/// What the dispatcher does to the world. Tests have another world.
struct job_world {
  std::function<moment()> now;
  /// Begins the attempt of a job that is `starting`. @throws failure when it cannot
  std::function<void(const job_record&)> begin;
  std::function<attempt_status(const job_record&)> look;
  /// As give_up_attempt.
  std::function<bool(const job_record&)> give_up;
  /// Asks the process of an attempt to stop.
  std::function<void(const job_record&, pid_t attendant)> stop;
  std::function<std::string(const job_record&)> cause;  ///< of a failed attempt, as cause_in
  std::function<std::int64_t(const job_record&)> cores; ///< that a job keeps busy
};

struct dispatcher_setup {
  store_actor store;
  job_world world;
  retry_rule rule;
  std::int64_t cores = 1;                 ///< of this host
  std::chrono::milliseconds pause{200};   ///< between two looks at the processes
  std::chrono::seconds time_to_begin{30}; ///< for an attendant to take its attempt
};

struct dispatcher_state {
  static inline const char* name = "dispatcher";

  dispatcher_setup setup;
  std::map<std::int64_t, job_record> under_way; ///< by id: starting, running, stopping
  std::map<std::int64_t, std::int64_t> busy;    ///< cores, by id
  std::set<std::int64_t> in_step;               ///< the store is being asked to change it
  bool is_choosing = false;                     ///< the store is being asked for the next job
  bool is_to_choose_again = false;
};

/// At its start it finds the jobs that were under way when the server ended: those whose processes live go on, those
/// that ended meanwhile get their end.
dispatcher_actor::behavior_type dispatcher(dispatcher_actor::stateful_pointer<dispatcher_state> self,
                                           dispatcher_setup setup);

} // namespace dk::service
