#pragma once

#include "common/block.hpp"
#include "nn/buffer.hpp"
#include "nn/loss_sums.hpp"
#include "nn/metric_set.hpp"
#include "nn/model/architecture.hpp"
#include "nn/model/network.hpp"
#include "nn/model/output_losses.hpp"
#include "nn/model/sinks.hpp"
#include "nn/optimizer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

struct activation_function;

/// Some rows, one sample or label after the other; borrowed.
struct batch_view {
  const float* features; ///< rows x input_size()
  const float* labels;   ///< rows x label_width()
  std::size_t rows;
  const float* weights = nullptr; ///< of each row: what its loss is multiplied with; null: 1
};

/// Layers over ONE flat vector of the weights that training may change: to adopt a center is to copy into it, what was
/// learned is a difference of two such vectors. Those of frozen layers lie apart (nn/model/weight_split.hpp). One
/// thread at a time; its callers hold a compute_scope. Once a batch size has been seen, training on it allocates
/// nothing.
class model {
public:
  /// Rows per pass when predicting: enough for the products, few enough for the caches.
  static constexpr std::size_t rows_at_once = 256;

  /// `label_width`: numbers in a row of labels (nn/model/output_losses.hpp). Weights start at zero.
  /// @throws failure (config, shape) that names the layer's index and name
  model(const nn::architecture& from, const objective& loss, std::size_t label_width);
  ~model();
  model(model&&) noexcept;
  model& operator=(model&&) noexcept;

  /// Of the free weights: all but those of frozen layers.
  std::size_t num_weights() const { return network_.weights().num_free(); }
  std::size_t num_frozen() const { return network_.weights().num_frozen(); }
  std::size_t num_all_weights() const { return network_.weights().num_all(); }
  std::size_t input_size() const { return network_.input_size(); }
  std::size_t output_size() const { return output_size_; } ///< of all outputs
  const std::vector<std::size_t>& output_sizes() const { return network_.output_sizes(); }
  std::size_t label_width() const { return label_width_; }
  const nn::architecture& architecture() const { return architecture_; }
  const objective& loss() const { return objective_; }

  /// What a row of labels may hold, from its first number to its last.
  std::vector<label_part> label_parts() const { return losses_->label_parts(); }
  std::size_t num_layers() const { return network_.num_layers(); }
  const layer& layer_at(std::size_t index) const { return network_.layer_at(index); }

  /// The free weights, layer by layer, Keras's arrays in Keras's order; 64-byte aligned.
  float* weights() { return weights_.data(); }
  const float* weights() const { return weights_.data(); }

  /// The frozen ones, likewise.
  const block& frozen() const { return frozen_; }

  /// All weights, as files have them: layer by layer, frozen or not.
  block all_weights() const;

  /// Each @throws failure (shape) when they are not as many.
  void set_frozen(const block& weights);
  void set_all_weights(const block& weights);

  /// Gives the free weights away, without copying: the model has none until it has adopted all of them.
  block release_weights() { return weights_.release(); }

  /// weights[offset, offset + slice) <- slice. @throws failure (shape) when the model is smaller
  void adopt(std::size_t offset, const block& slice);

  /// weights[offset, ...) <- to + (weights - from): what was learned since `from` stays. Requires from.size() ==
  /// to.size(). @throws failure (shape) when the model is smaller
  void move(std::size_t offset, const block& from, const block& to);

  /// Whether all free weights follow a gradient; the moving statistics of batch normalization do not.
  bool is_all_trained() const { return all_trained_; }

  /// Of the last compute_gradient: that of the loss sum by the number of rows, laid out as the weights; 0 of what is
  /// not trained.
  const float* gradient() const { return gradient_.data(); }

  /// All weights as their initializers draw them; the same seed gives the same bits, whatever is frozen.
  void initialize(std::uint64_t seed);

  /// Restarts the random numbers that dropout draws.
  void seed_dropout(std::uint64_t seed);

  /// Forward in training mode, loss, backward.
  loss_sums compute_gradient(const batch_view& batch);

  /// The same, and a step of the optimizer: bit for bit what compute_gradient and apply do, but the weights are updated
  /// while their gradient is in the cache, unless the optimizer needs its norm first; gradient() is then not kept.
  loss_sums train_on_batch(const batch_view& batch, optimizer& with);

  /// outputs <- rows x output_size(), in inference mode; of several, those of a row side by side. Any number of rows.
  void predict(const float* features, std::size_t rows, float* outputs);

  /// Metrics of this model's outputs, nothing counted. @throws failure (config, shape)
  metric_set metric_set_of(const std::vector<spec>& wanted) const;

  /// Loss, with the penalties of the weights, and accuracy in inference mode. Any number of rows, which are counted in
  /// `others` where it is given, and whose outputs are put, as by predict, into `outputs` where it is. Only the loss is
  /// weighted by `row_weights`; null: 1
  loss_sums evaluate(const float* features, const float* labels, std::size_t rows, metric_set* others = nullptr,
                     float* outputs = nullptr, const float* row_weights = nullptr);

private:
  void add_weights();
  void add_array(const weight_array& array, bool is_frozen, std::size_t at);
  weights_view view() const { return {weights_.data(), frozen_.data()}; }
  void choose_losses();
  void forward(const float* x, std::size_t rows, bool training);
  loss_sums forward_and_backward(const batch_view& batch, gradient_sink& sink);
  const float* answer(std::size_t output, std::size_t rows);
  void put_answers(std::size_t rows, float* outputs);
  double penalty_cost() const;

  nn::architecture architecture_;
  objective objective_;
  network network_;
  std::unique_ptr<output_losses> losses_;
  std::size_t label_width_ = 0;
  std::size_t output_size_ = 0;
  std::vector<const activation_function*> left_; // of each output: what predict() applies, and the loss when training
  std::vector<const float*> outputs_;            // of the last forward
  std::vector<float*> gradients_;                // of the outputs
  std::vector<std::size_t> array_sizes_;         // of all free weights, in order
  std::vector<penalised> penalties_;             // of free weights
  std::vector<penalised> frozen_penalties_;      // which add to the loss only
  std::vector<movement> moves_;                  // of the last whole gradient
  bool all_trained_ = true;
  block frozen_;
  buffer weights_;
  buffer gradient_;
  buffer answer_; // of one output
  buffer piece_;  // the gradient of a few weights in train_on_batch
};

} // namespace dk::nn
