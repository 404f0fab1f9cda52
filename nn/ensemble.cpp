#include "nn/ensemble.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk::nn {

ensemble::ensemble(const nn::architecture& from, const objective& loss, std::size_t label_width, const block& weights,
                   std::size_t models) {
  for (std::size_t i = 0; i < models; ++i) {
    models_.emplace_back(from, loss, label_width);
    const auto size = models_[i].num_weights();
    if (weights.size() != size * models)
      throw failure{errc::shape, std::to_string(models) + " models of " + std::to_string(size) +
                                     " weights each were given " + std::to_string(weights.size()) + " weights"};
    models_[i].adopt(0, weights.slice(i * size, size));
  }
  const auto& sizes = first().output_sizes();
  const output_losses::use how{sizes, label_width, std::vector<bool>(sizes.size(), false)};
  losses_ = std::make_unique<output_losses>(loss, how, std::vector<std::string>(sizes.size()));
}

void ensemble::predict(const float* features, std::size_t rows, float* outputs) {
  const auto count = rows * first().output_size();
  models_.front().predict(features, rows, outputs);
  buffer one;
  one.reserve(count);
  for (std::size_t m = 1; m < models_.size(); ++m) {
    models_[m].predict(features, rows, one.data());
    std::transform(outputs, outputs + count, one.data(), outputs, std::plus<>{});
  }
  const auto part = 1.0F / static_cast<float>(models_.size());
  std::for_each(outputs, outputs + count, [part](float& x) { x *= part; });
}

metrics ensemble::evaluate(const float* features, const float* labels, std::size_t rows, measurements* others) {
  if (models_.size() == 1)
    return models_.front().evaluate(features, labels, rows, others);
  buffer mean;
  mean.reserve(model::rows_at_once * first().output_size());
  metrics sums;
  for (std::size_t from = 0; from < rows; from += model::rows_at_once) {
    const auto count = std::min(model::rows_at_once, rows - from);
    predict(features + from * first().input_size(), count, mean.data());
    sums += losses_->evaluate(mean.data(), labels + from * first().label_width(), count);
    for (std::size_t i = 0; others != nullptr && i < losses_->size(); ++i)
      others->add(i, losses_->outputs_of(i), losses_->labels_of(i), losses_->found_for(i));
  }
  return sums;
}

} // namespace dk::nn
