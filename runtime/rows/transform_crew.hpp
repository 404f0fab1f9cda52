#pragma once

#include "data/pipeline.hpp"
#include "data/table_stream.hpp"
#include "runtime/rows/row_crew.hpp"

#include <memory>

namespace dk {

/// Puts rows through pipelines, in parallel: on the cores of this process, or on nodes.
class transform_crew {
public:
  /// @throws failure (connect, version, nodes)
  transform_crew(const cluster_config& config, std::function<void(const std::string&)> tell);

  /// The rows as the pipeline leaves them, in their order; as they are where there is nothing to apply. The crew must
  /// outlive the stream, whose next() @throws what the rows' does, what data::apply does, and failure (nodes)
  data::table_stream_ptr applied(data::table_stream_ptr rows, const data::pipeline& fitted);

  /// The same of training rows, as data::apply_to_training.
  data::table_stream_ptr applied_to_training(data::table_stream_ptr rows, const data::pipeline& fitted);

private:
  data::table_stream_ptr worked(data::table_stream_ptr rows, const row_worker_setup& task);

  std::unique_ptr<row_crew> crew_;
};

} // namespace dk
