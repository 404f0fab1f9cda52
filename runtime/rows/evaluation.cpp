#include "runtime/rows/evaluation.hpp"

#include "common/error.hpp"
#include "data/formats/pick.hpp"
#include "nn/model/model.hpp"
#include "runtime/rows/row_results.hpp"

#include <algorithm>
#include <optional>

namespace dk {

namespace {

/// Rows of a dataset as columns again, a part at a time: where they are in memory they are shared.
class dataset_stream final : public data::table_stream {
public:
  explicit dataset_stream(const data::dataset& of) : of_(of) {}

  std::optional<data::table> next() override {
    if (first_ == of_.rows)
      return std::nullopt;
    const auto count = std::min(row_results::part_rows, of_.rows - first_);
    data::table some{count};
    if (of_.stored) {
      const data::row_view read{of_, first_, count};
      put(some, "features", of_.feature_width, block::copy_of(read.features(), count * of_.feature_width));
      put(some, "label", of_.label_width, block::copy_of(read.labels(), count * of_.label_width));
      if (of_.weighted)
        put(some, weights_, 1, block::copy_of(read.weights(), count));
    } else {
      put(some, "features", of_.feature_width,
          of_.features.slice(first_ * of_.feature_width, count * of_.feature_width));
      put(some, "label", of_.label_width, of_.labels.slice(first_ * of_.label_width, count * of_.label_width));
      if (of_.weighted)
        put(some, weights_, 1, of_.weights.slice(first_, count));
    }
    first_ += count;
    return some;
  }

  double progress() const override { return static_cast<double>(first_) / static_cast<double>(of_.rows); }

private:
  void put(data::table& to, const std::string& name, std::size_t wide, block numbers) const {
    const auto shape = name == weights_ ? std::vector<std::size_t>{} : std::vector<std::size_t>{wide};
    to.put({name, shape, std::move(numbers), of_.origin, {}, {of_.numbers.first + first_}});
  }

  const std::string weights_{data::weight_column};
  const data::dataset& of_;
  std::size_t first_ = 0;
};

void append(std::vector<float>& to, const data::table& from, const char* column) {
  const auto numbers = data::as_floats(from.at(column));
  to.insert(to.end(), numbers.begin(), numbers.end());
}

} // namespace

evaluation evaluate(row_crew& crew, const row_worker_setup& task, data::table_stream& rows, measured_rows* keep) {
  const auto& model = *task.model;
  row_results results{crew, task, rows};
  nn::loss_sums sums;
  std::optional<nn::metric_set> others;
  std::size_t label_width = 0;
  while (const auto some = results.next()) {
    const auto& result = some->result;
    if (result.rows.rows() == 0)
      continue; // filtered out
    const auto width = data::width(result.rows.at("label"));
    if (!others) {
      label_width = width;
      others = nn::model{model.architecture, model.loss, width}.metric_set_of(model.metrics);
    }
    if (width != label_width || result.found.rows != result.rows.rows())
      throw failure{errc::data,
                    "the labels differ in kind from those of earlier rows; give data that belongs together"};
    sums += result.found;
    others->add(result.counts);
    if (keep != nullptr) {
      append(keep->outputs, result.rows, "output");
      append(keep->labels, result.rows, "label");
      keep->label_width = width;
    }
  }
  if (!others)
    return {};
  const auto values = others->values();
  return {sums, {values.begin(), values.end()}};
}

evaluation evaluate(const trained_models& of, const nn::objective& loss, const std::vector<spec>& metrics,
                    const data::dataset& rows) {
  row_model model;
  model.architecture = of.architecture;
  model.weights = of.weights;
  model.models = of.count;
  model.measured = true;
  model.loss = loss;
  model.metrics = metrics;
  model.weighted = rows.weighted;
  const auto crew = make_row_crew({}, [](const std::string&) {});
  dataset_stream stream{rows};
  return evaluate(*crew, {{}, false, model}, stream);
}

} // namespace dk
