#pragma once

#include "apps/driver/inputs.hpp"

namespace dk {

/// Whether the rows of a source are not read all at once: as `precache` says, or because they would take more than
/// `memory`, by what their first ones take. @throws failure (data)
bool goes_to_disk(const data_config& data, const spec& source);

/// As read_data, without the test rows: the training rows are read some at a time, once to count them where some are
/// held out, once for each transform that learns, and once to write them to a file, and those that are held out to
/// another. @throws failure (data, config, resources)
job_data read_to_disk(const job& which);

/// As read_source, of rows that are read some at a time and kept in a file. @throws failure (data, config, checkpoint,
/// resources)
data::dataset store_source(const job& which, const spec& source, const data::pipeline& fitted);

} // namespace dk
