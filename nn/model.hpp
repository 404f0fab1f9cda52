#pragma once

#include "common/block.hpp"
#include "nn/architecture.hpp"
#include "nn/buffer.hpp"
#include "nn/layer.hpp"
#include "nn/loss.hpp"
#include "nn/metrics.hpp"
#include "nn/optimizer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// Some rows, one sample or label after the other; borrowed.
struct batch_view {
  const float* features; ///< rows x input_size()
  const float* labels;   ///< rows x label_width()
  std::size_t rows;
};

/// Weights [first, first + size) that add to the loss.
struct penalised {
  std::size_t first;
  std::size_t size;
  penalty factors;
};

/// Weights [first, first + size) become `to` in a step.
struct movement {
  std::size_t first;
  std::size_t size;
  const float* to;
};

/// A stack of layers over ONE flat vector of weights: to adopt a center is to copy into it, what was learned is a
/// difference of two such vectors. One thread at a time; its callers hold a compute_scope. Once a batch size has been
/// seen, training on it allocates nothing.
class model {
public:
  /// `label_width` is the number of outputs, or 1 where the loss takes class numbers. Weights start at zero.
  /// @throws failure (config, shape) that names the layer's index and name
  model(const nn::architecture& from, std::string_view loss, std::size_t label_width);
  ~model();
  model(model&&) noexcept;
  model& operator=(model&&) noexcept;

  std::size_t num_weights() const { return num_weights_; }
  std::size_t input_size() const { return input_size_; }
  std::size_t output_size() const { return output_size_; }
  std::size_t label_width() const { return label_width_; }
  const nn::architecture& architecture() const { return architecture_; }
  const std::string& loss() const { return loss_name_; }
  std::size_t num_layers() const { return layers_.size(); }
  const layer& layer_at(std::size_t index) const { return *layers_[index].what; }

  /// All weights, layer by layer, Keras's arrays in Keras's order; 64-byte aligned.
  float* weights() { return weights_.data(); }
  const float* weights() const { return weights_.data(); }

  /// Gives the weights away, without copying: the model has none until it has adopted all of them.
  block release_weights() { return weights_.release(); }

  /// weights[offset, offset + slice) <- slice. @throws failure (shape) when the model is smaller
  void adopt(std::size_t offset, const block& slice);

  /// weights[offset, ...) <- to + (weights - from): what was learned since `from` stays. Requires from.size() ==
  /// to.size(). @throws failure (shape) when the model is smaller
  void move(std::size_t offset, const block& from, const block& to);

  /// Whether all weights follow a gradient; the moving statistics of batch normalization do not.
  bool is_all_trained() const { return all_trained_; }

  /// Of the last compute_gradient: the mean over its rows, laid out as the weights; 0 of what is not trained.
  const float* gradient() const { return gradient_.data(); }

  /// Weights as their initializers draw them; the same seed gives the same bits.
  void initialize(std::uint64_t seed);

  /// Restarts the random numbers that dropout draws.
  void seed_dropout(std::uint64_t seed);

  /// Forward in training mode, loss, backward.
  metrics compute_gradient(const batch_view& batch);

  /// The same, and a step of the optimizer: bit for bit what compute_gradient and apply do, but the weights are updated
  /// while their gradient is in the cache, unless the optimizer needs its norm first; gradient() is then not kept.
  metrics train_on_batch(const batch_view& batch, optimizer& with);

  /// outputs <- rows x output_size(), in inference mode. Any number of rows.
  void predict(const float* features, std::size_t rows, float* outputs);

  /// Loss, with the penalties of the weights, and accuracy in inference mode. Any number of rows.
  metrics evaluate(const float* features, const float* labels, std::size_t rows);

private:
  struct stage {
    std::unique_ptr<layer> what;
    std::size_t first;        // of its weights
    std::size_t output;       // numbers per sample
    buffer y;                 // of the last forward, unless the layer was skipped
    const float* x = nullptr; // what it read then
  };

  void add_layers();
  void choose_loss();
  void reserve(std::size_t rows);
  const float* run(const float* x, std::size_t rows, bool training);
  metrics forward_and_backward(const batch_view& batch, gradient_sink& sink);
  void backward(std::size_t rows, gradient_sink& sink);
  double penalty_cost() const;

  nn::architecture architecture_;
  std::string loss_name_;
  std::size_t label_width_ = 0;
  std::size_t num_weights_ = 0;
  std::size_t input_size_ = 0;
  std::size_t output_size_ = 0;
  std::size_t widest_ = 0;        // numbers per sample of the widest layer
  std::size_t first_trained_ = 0; // index of the first layer with weights; their number when there is none
  std::vector<stage> layers_;
  std::vector<std::size_t> array_sizes_; // of all weights, in order
  std::vector<penalised> penalties_;
  std::vector<movement> moves_; // of the last whole gradient
  bool all_trained_ = true;
  std::unique_ptr<loss_function> loss_;
  bool fused_ = false; // the loss applies the final activation when training, predict() when predicting
  buffer weights_;
  buffer gradient_;
  buffer piece_; // the gradient of a few weights in train_on_batch
  buffer d_[2];  // dL/dy and dL/dx of the layer at hand
};

} // namespace dk::nn
