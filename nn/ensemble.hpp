#pragma once

#include "nn/model.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace dk::nn {

/// Several models of one architecture that answer together: with the mean of their predictions (Breiman 1996). One
/// thread at a time; its callers hold a compute_scope.
class ensemble {
public:
  static constexpr std::size_t rows_at_once = 256; ///< that pass through a model together

  /// @param weights of all models, one after the other
  /// Requires models >= 1. @throws failure (config, shape) as model's constructor; (shape) when they are not as many
  ensemble(const nn::architecture& from, const objective& loss, std::size_t label_width, const block& weights,
           std::size_t models);

  const model& first() const { return models_.front(); }

  /// outputs <- rows x output_size(), the mean over the models. Any number of rows.
  void predict(const float* features, std::size_t rows, float* outputs);

  /// Loss and accuracy of the mean prediction. Any number of rows, which are counted in `others` where it is given.
  metrics evaluate(const float* features, const float* labels, std::size_t rows, measurements* others = nullptr);

private:
  std::vector<model> models_;
  std::unique_ptr<output_losses> losses_; // of the mean: no activation is left to them
};

} // namespace dk::nn
