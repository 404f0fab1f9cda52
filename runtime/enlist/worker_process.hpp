#pragma once

#include "common/port_range.hpp"
#include "runtime/enlist/row_source.hpp"

#include <string>

namespace dk {

/// All that a worker process does: listens on a free one of these ports of this address, prints it, and waits until the
/// actor that is reached there (recruit) has ended. Where none is free it prints why. @param read how training rows
/// are read here @return the exit status
int run_worker_process(const std::string& address, const port_range& ports, row_source read);

} // namespace dk
