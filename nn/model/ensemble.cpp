#include "nn/model/ensemble.hpp"

#include "common/error.hpp"
#include "nn/model/answer_kind.hpp"

#include <algorithm>

namespace dk::nn {

ensemble::ensemble(const nn::architecture& from, const objective& loss, std::size_t label_width, const block& weights,
                   std::size_t models) {
  for (std::size_t i = 0; i < models; ++i) {
    models_.emplace_back(from, loss, label_width);
    const auto size = models_[i].num_all_weights();
    if (weights.size() != size * models)
      throw failure{errc::shape, std::to_string(models) + " models of " + std::to_string(size) +
                                     " weights each were given " + std::to_string(weights.size()) + " weights"};
    models_[i].set_all_weights(weights.slice(i * size, size));
  }
  const auto& sizes = first().output_sizes();
  const output_losses::use how{sizes, label_width, std::vector<bool>(sizes.size(), false), answer_kinds(from, loss)};
  losses_ = std::make_unique<output_losses>(loss, how, std::vector<std::string>(sizes.size()));
}

void ensemble::answer(const float* features, std::size_t rows, float* outputs) {
  models_.front().predict(features, rows, outputs);
  if (models_.size() == 1)
    return;
  const auto count = rows * first().output_size();
  one_.reserve(count);
  for (std::size_t m = 1; m < models_.size(); ++m) {
    models_[m].predict(features, rows, one_.data());
    std::transform(outputs, outputs + count, one_.data(), outputs, std::plus<>{});
  }
  const auto part = 1.0F / static_cast<float>(models_.size());
  std::for_each(outputs, outputs + count, [part](float& x) { x *= part; });
}

std::vector<answer_pass> ensemble::passes_of(std::size_t first, std::size_t rows) {
  std::vector<answer_pass> all;
  for (std::size_t from = 0; from < rows; from += all.back().count) {
    const auto place = (first + from) % rows_per_answer;
    all.push_back({from, place, std::min(rows_per_answer - place, rows - from)});
  }
  return all;
}

void ensemble::predict(const float* features, std::size_t rows, float* outputs, std::size_t first_row) {
  const auto in = first().input_size();
  const auto out = first().output_size();
  pass_.reserve(rows_per_answer * in);
  pass_outputs_.reserve(rows_per_answer * out);
  for (const auto& [from, place, count] : passes_of(first_row, rows)) {
    if (count == rows_per_answer) {
      answer(features + from * in, count, outputs + from * out);
      continue;
    }
    std::fill_n(pass_.data(), rows_per_answer * in, 0.0F);
    std::copy_n(features + from * in, count * in, pass_.data() + place * in);
    answer(pass_.data(), rows_per_answer, pass_outputs_.data());
    std::copy_n(pass_outputs_.data() + place * out, count * out, outputs + from * out);
  }
}

loss_sums ensemble::evaluate(const float* features, const float* labels, std::size_t rows, metric_set* others,
                             float* outputs, const float* row_weights) {
  if (models_.size() == 1)
    return models_.front().evaluate(features, labels, rows, others, outputs, row_weights);
  buffer own;
  if (outputs == nullptr)
    own.reserve(std::min(rows, rows_at_once) * first().output_size());
  loss_sums sums;
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - from);
    auto* const mean = outputs == nullptr ? own.data() : outputs + from * first().output_size();
    answer(features + from * first().input_size(), count, mean);
    const auto* const weights_here = row_weights == nullptr ? nullptr : row_weights + from;
    sums += losses_->evaluate(mean, labels + from * first().label_width(), weights_here, count);
    for (std::size_t i = 0; others != nullptr && i < losses_->size(); ++i)
      others->add(i, losses_->outputs_of(i), losses_->labels_of(i), losses_->found_for(i));
  }
  return sums;
}

} // namespace dk::nn
