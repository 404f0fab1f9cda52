#pragma once

#include <string>

namespace dk {

/// All that a worker process does: listens on a free port of this address, prints the port, and waits until the actor
/// that is reached there (recruit) has ended. @return the exit status
int run_worker_process(const std::string& address);

} // namespace dk
