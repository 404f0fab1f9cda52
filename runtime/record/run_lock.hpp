#pragma once

#include <optional>
#include <string>

namespace dk {

/// The right to write in a run's folder: a lock on its file `run.lock`, which holds host and process of the owner. The
/// lock dies with its process, however that ends; a file that is left behind locks nothing.
class run_lock {
public:
  /// @throws failure (checkpoint) that names host and process of the owner when there is another, also one of this
  /// process; (resources) when the folder, or its file system, takes no lock
  explicit run_lock(const std::string& folder);
  ~run_lock();
  run_lock(const run_lock&) = delete;
  run_lock& operator=(const run_lock&) = delete;

private:
  std::string path_;
  int fd_ = -1;
};

/// Who trains in a folder: "process 4711 on host1". Nothing where nobody does, or where that cannot be known.
std::optional<std::string> owner_of_run(const std::string& folder);

} // namespace dk
