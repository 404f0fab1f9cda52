#pragma once

#include "actors/rows/row_worker.hpp"
#include "runtime/enlist/messages.hpp"

namespace dk {

/// A row worker's setup as it travels to another process, and back. @throws failure (config, checkpoint) when what
/// came is no such thing
row_enlistment enlistment_of(const row_worker_setup& setup);
row_worker_setup row_setup_from(const row_enlistment& terms);

} // namespace dk
