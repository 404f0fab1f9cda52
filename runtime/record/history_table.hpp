#pragma once

#include "runtime/record/run_folder.hpp"

namespace dk {

/// Writes history.csv, the same rows and columns as history.jsonl. @throws failure (resources)
void write_history_table(const run_folder& folder);

} // namespace dk
