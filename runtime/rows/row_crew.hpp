#pragma once

#include "actors/rows/row_worker.hpp"
#include "runtime/config/job.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// Who works on rows: as many row_workers as this process has cores, or as many processes as the nodes of a config have
/// room for.
class row_crew {
public:
  /// One of them, set to a task.
  struct crew_worker {
    std::size_t which = 0;
    row_worker_actor worker;
  };

  virtual ~row_crew() = default;

  virtual caf::actor_system& system() = 0;

  /// Sets all that are left to a task; whoever gets them ends them. @throws failure (nodes) when none is left
  virtual std::vector<crew_worker> set_to(const row_worker_setup& task) = 0;

  /// This one is down. @return what a person should know of it: "worker (host1:7077, pid 4711) was killed by ..."
  virtual std::string bury(std::size_t which) = 0;

  /// What the work was interrupted by, for a person.
  virtual void tell(const std::string& text) = 0;
};

/// On the nodes of the config, or here where it names none. `tell` hears what a person should know.
/// @throws failure (connect, version, nodes)
std::unique_ptr<row_crew> make_row_crew(const cluster_config& config, std::function<void(const std::string&)> tell);

} // namespace dk
