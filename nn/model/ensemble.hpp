#pragma once

#include "nn/model/model.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace dk::nn {

/// Rows that pass through a model together: `count` of them, from row `from` of those given on, of which the first has
/// place `place` in the pass.
struct answer_pass {
  std::size_t from;
  std::size_t place;
  std::size_t count;
};

/// One model or several of one architecture that answer together: with the mean of their predictions (Breiman 1996).
/// One thread at a time; its callers hold a compute_scope.
class ensemble {
public:
  static constexpr std::size_t rows_at_once = 256; ///< that pass through a model together when they are measured

  /// And when they are answered: enough for the products, few enough that a row alone has its answer soon.
  static constexpr std::size_t rows_per_answer = 64;

  /// The passes in which `rows` rows are answered, of which the first is row `first` of a table.
  static std::vector<answer_pass> passes_of(std::size_t first, std::size_t rows);

  /// @param weights of all models, one after the other
  /// Requires models >= 1. @throws failure (config, shape) as model's constructor; (shape) when they are not as many
  ensemble(const nn::architecture& from, const objective& loss, std::size_t label_width, const block& weights,
           std::size_t models);

  const model& first() const { return models_.front(); }

  /// outputs <- rows x output_size(), the mean over the models. Any number of rows, of which the first is row `first`
  /// of a table. All pass through the models in passes of the same size, each in the place in its pass that it has in
  /// the table, so that a row's answer has the same bits whatever part of the table it is asked for with: sums of a
  /// product are rounded as the kernel for that many rows, and that place among them, adds them up.
  void predict(const float* features, std::size_t rows, float* outputs, std::size_t first = 0);

  /// Loss and accuracy of the mean prediction. Any number of rows, which are counted in `others` where it is given, and
  /// whose predictions are put into `outputs` where it is. Only the loss is weighted by `row_weights`; null: 1
  loss_sums evaluate(const float* features, const float* labels, std::size_t rows, metric_set* others = nullptr,
                     float* outputs = nullptr, const float* row_weights = nullptr);

private:
  void answer(const float* features, std::size_t rows, float* outputs);

  std::vector<model> models_;
  std::unique_ptr<output_losses> losses_; // of the mean: no activation is left to them
  buffer one_;                            // the outputs of one model
  buffer pass_;                           // features, where rows do not fill their pass
  buffer pass_outputs_;
};

} // namespace dk::nn
