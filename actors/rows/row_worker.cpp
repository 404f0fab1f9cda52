#include "actors/rows/row_worker.hpp"

#include "actors/protocol/errors.hpp"
#include "common/parallel.hpp"
#include "common/text.hpp"
#include "data/dataset.hpp"
#include "nn/model/compute_scope.hpp"

#include <caf/all.hpp>
#include <numeric>

namespace dk {

namespace {

nn::ensemble& models_for(row_worker_state& my, std::size_t label_width) {
  if (!my.models || my.label_width != label_width) {
    const auto& of = *my.setup.model;
    my.models.emplace(of.architecture, of.loss, label_width, of.weights, of.models);
    my.label_width = label_width;
    my.labels.emplace(my.models->first().label_parts());
  }
  return *my.models;
}

// Without labels the loss has no part in what models put out; then this one takes as many labels as there are outputs.
nn::ensemble& models_without_labels(row_worker_state& my) {
  if (!my.models) {
    my.setup.model->loss = "mean_squared_error";
    const auto sizes = nn::network{my.setup.model->architecture}.output_sizes();
    my.label_width = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  }
  return models_for(my, my.label_width);
}

// What a label says must not matter to a prediction.
data::table without_label(const data::table& from) {
  data::table rest{from.rows()};
  for (const auto& c : from.columns())
    if (c.name != "label")
      rest.put(c);
  return rest;
}

void require_width(const nn::model& takes, const data::dataset& rows) {
  if (takes.input_size() != rows.feature_width)
    throw failure{errc::shape, "the model takes " + counted(takes.input_size(), "number") + ", a row of " +
                                   rows.origin + " has " + with_commas(rows.feature_width) +
                                   "; give data of the same columns"};
}

data::column outputs_column(block numbers, std::size_t wide) {
  return {"output", {wide}, std::move(numbers), {}, {}};
}

void predict(row_worker_state& my, const row_part& part, const data::table& rows, row_result& to) {
  const auto given = data::make_dataset(rows, data::label_use::optional);
  auto& models = models_without_labels(my);
  require_width(models.first(), given);
  const auto width = models.first().output_size();
  block_writer outputs{given.rows * width};
  models.predict(given.features.data(), given.rows, outputs.data(), part.first);
  to.rows.put(outputs_column(std::move(outputs).done(), width));
}

void measure(row_worker_state& my, const data::table& rows, row_result& to) {
  const auto weights = my.setup.model->weighted ? data::weight_use::required : data::weight_use::none;
  const auto given = data::make_dataset(rows, data::label_use::required, weights);
  auto& models = models_for(my, given.label_width);
  my.labels->see(given);
  require_width(models.first(), given);
  const auto width = models.first().output_size();
  block_writer outputs{given.rows * width};
  auto others = models.first().metric_set_of(my.setup.model->metrics);
  to.found = models.evaluate(given.features.data(), given.labels.data(), given.rows, &others, outputs.data(),
                             given.weighted ? given.weights.data() : nullptr);
  to.counts = others.counts();
  to.rows.put(outputs_column(std::move(outputs).done(), width));
  to.rows.put({"label", {given.label_width}, given.labels, {}, {}});
}

row_result worked_on(row_worker_state& my, const row_part& part) {
  row_result result;
  result.number = part.number;
  const bool predicts = my.setup.model && !my.setup.model->measured;
  auto rows = predicts ? without_label(part.rows) : part.rows;
  if (my.setup.training)
    data::apply_to_training(my.setup.fitted, rows);
  else
    data::apply(my.setup.fitted, rows);
  if (!my.setup.model)
    result.rows = std::move(rows);
  else if (rows.rows() == 0) // all filtered out
    ;
  else if (predicts)
    predict(my, part, rows, result);
  else
    measure(my, rows, result);
  return result;
}

} // namespace

row_worker_actor::behavior_type row_worker(row_worker_actor::stateful_pointer<row_worker_state> self,
                                           row_worker_setup setup) {
  self->state.setup = std::move(setup);
  end_on_exception(self);
  return {[=](const row_part& part) -> row_result {
    const nn::compute_scope computing;
    const serial_scope alone;
    try {
      return worked_on(self->state, part);
    } catch (const failure& why) {
      row_result result;
      result.number = part.number;
      result.code = static_cast<std::uint8_t>(why.code());
      result.why = why.what();
      return result;
    }
  }};
}

} // namespace dk
