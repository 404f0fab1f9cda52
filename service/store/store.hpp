#pragma once

#include "common/error.hpp"
#include "service/store/job_table.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dk::service {

struct job_wanted {
  std::int64_t id = 0;
};
struct next_job_wanted {
  moment now = 0;
};
struct jobs_under_way_wanted {};
struct job_removal {
  std::int64_t id = 0;
};

struct job_found {
  std::optional<job_record> job;
};
struct jobs_found {
  std::vector<job_record> jobs;
};

/// All that was promised since the last flush is to be on the disk.
using flush_atom = caf::atom_constant<caf::atom("flush")>;

} // namespace dk::service

// They stay inside the server's process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::submission)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::receipt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_step)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::next_job_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::jobs_under_way_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_removal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::job_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::service::jobs_found)

namespace dk::service {

/// Keeps the jobs. What changes them is answered when it is on the disk, so an answer can be relied on; what came in
/// meanwhile shares one write to the disk with it (a group commit).
///   submission ──────────▶ store  ◀── receipt
///   job_step ────────────▶ store  ◀── the job after the step; none when it was in another state, or gone
///   job_removal ─────────▶ store  ◀── the job that is removed; none when there is none that has ended
///   job_wanted, next_job_wanted, job_query, jobs_under_way_wanted ──▶ store  ◀── jobs
/// When a write fails, all that shared it fails with E_RESOURCES, and nothing of it has happened.
using store_actor =
    caf::typed_actor<caf::replies_to<submission>::with<receipt>, caf::replies_to<job_step>::with<job_found>,
                     caf::replies_to<job_removal>::with<job_found>, caf::replies_to<job_wanted>::with<job_found>,
                     caf::replies_to<next_job_wanted>::with<job_found>, caf::replies_to<job_query>::with<jobs_found>,
                     caf::replies_to<jobs_under_way_wanted>::with<jobs_found>, caf::reacts_to<flush_atom>>;

struct store_state {
  static inline const char* name = "store";

  std::optional<database> file;
  std::optional<job_table> jobs;
  /// Given the failure of the write, or nullptr. Not empty while a transaction is open.
  std::vector<std::function<void(const failure*)>> promises;
};

/// @param path of the database. Spawn it detached: it waits for the disk
store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self, const std::string& path,
                                 user_limits limits);

} // namespace dk::service
