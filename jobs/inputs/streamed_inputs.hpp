#pragma once

#include "data/table_stream.hpp"
#include "jobs/inputs/inputs.hpp"
#include "runtime/rows/transform_crew.hpp"
#include "runtime/run/class_weight.hpp"

#include <vector>

namespace dk {

/// Whether the rows of a source are not read all at once: as `precache` says, or because they would take more than
/// `memory`, by what their first ones take. @throws failure (data)
bool goes_to_disk(const data_config& data, const spec& source);

/// Whether nodes have something to do with the rows of a job: there are some, and transforms that can be applied to
/// parts.
bool transforms_on(const cluster_config& where, const data_config& data);

/// The rows of a job, read some at a time and put through its transforms by a crew. They are kept in a file where they
/// go to disk, and else in memory.
class streamed_inputs {
public:
  /// Borrows the job. @param where the nodes of the crew; none: the cores of this host @throws failure (connect, nodes)
  streamed_inputs(const job& which, const cluster_config& where);

  /// As read_data, without the test rows: the training rows are read once to count them where some are held out, once
  /// for each transform that learns, and once to keep them, and those that are held out once more.
  /// @throws failure (data, config, resources, nodes)
  job_data training(const data::pipeline* already = nullptr);

  /// What is left of the transforms for the rows of a source. @throws as training; (data) as still_to_apply
  data::dataset other(const spec& source, const data::pipeline& fitted);

  /// As `training`, but what has been read goes to `use`, a table at a time. @return all that it has been through
  data::pipeline each_of_training(const std::function<void(const data::table&)>& use);

  /// As `other`, likewise.
  void each_of(const spec& source, const data::pipeline& fitted, const std::function<void(const data::table&)>& use);

private:
  data::dataset kept(const spec& source, data::table_stream_ptr rows, class_weights* by_class = nullptr);

  const job& which_;
  transform_crew crew_;
};

} // namespace dk
