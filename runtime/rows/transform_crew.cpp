#include "runtime/rows/transform_crew.hpp"

#include "runtime/rows/row_results.hpp"

namespace dk {

namespace {

class worked_stream final : public data::table_stream {
public:
  worked_stream(row_crew& crew, const row_worker_setup& task, data::table_stream_ptr rows)
      : rows_(std::move(rows)), results_(crew, task, *rows_) {}

  std::optional<data::table> next() override {
    auto some = results_.next();
    if (!some)
      return std::nullopt;
    return std::move(some->result.rows);
  }

  double progress() const override { return rows_->progress(); }

private:
  data::table_stream_ptr rows_;
  row_results results_;
};

} // namespace

transform_crew::transform_crew(const cluster_config& config, std::function<void(const std::string&)> tell)
    : crew_(make_row_crew(config, std::move(tell))) {}

data::table_stream_ptr transform_crew::applied(data::table_stream_ptr rows, const data::pipeline& fitted) {
  return worked(std::move(rows), {fitted, false, {}});
}

data::table_stream_ptr transform_crew::applied_to_training(data::table_stream_ptr rows, const data::pipeline& fitted) {
  return worked(std::move(rows), {fitted, true, {}});
}

data::table_stream_ptr transform_crew::worked(data::table_stream_ptr rows, const row_worker_setup& task) {
  if (task.fitted.empty())
    return rows;
  return std::make_unique<worked_stream>(*crew_, task, std::move(rows));
}

} // namespace dk
