#pragma once

#include "common/spec.hpp"
#include "nn/buffer.hpp"
#include "nn/kernels/small_batch.hpp"
#include "nn/keys.hpp"
#include "nn/parts/clipping.hpp"
#include "nn/parts/schedule.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dk::nn {

/// How weights follow their gradient. Every rule works number by number, so a step may be taken slice by slice, while a
/// slice is still in the cache; but not where the norm of the gradient is needed first. Semantics and defaults are
/// those of Keras 2.15, with `decay` as in its legacy optimizers: step t = 0, 1, ... uses learning_rate / (1 + decay
/// t).
class optimizer {
public:
  /// `arrays`: numbers of state per weight, all starting at `initial`.
  optimizer(std::size_t num_weights, std::size_t arrays, float initial, const spec& from, double learning_rate);
  virtual ~optimizer() = default;
  optimizer(const optimizer&) = delete;
  optimizer& operator=(const optimizer&) = delete;

  /// One whole step over all weights, where no norm is clipped.
  void apply(float* weights, const float* gradient);

  /// One whole step over arrays of these sizes, which lie end to end and are all the weights.
  void apply(float* weights, const float* gradient, const std::vector<std::size_t>& arrays);

  /// Whether only the second apply will do.
  bool needs_norm() const { return clip_.needs_norm(); }

  /// The same step in pieces: begin_step once, then every weight once, in any order. `weights` and `gradient` point to
  /// weight `first` and its gradient. Requires !needs_norm().
  void begin_step();
  void apply_slice(std::size_t first, std::size_t count, float* weights, const float* gradient);

  /// The slice of a dense layer's kernel, whose gradient comes in factors.
  void apply_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient);

  std::size_t num_weights() const { return num_weights_; }

  /// The rate that steps are taken with; that of a schedule is its nominal one. Changing it changes all that follow in
  /// proportion.
  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double to) { learning_rate_ = to; }

  /// What a checkpoint keeps: the state (moments, accumulators; array after array) and the steps taken.
  std::size_t state_size() const { return num_weights_ * arrays_; }
  float* state() { return state_.data(); }
  const float* state() const { return state_.data(); }
  std::uint64_t steps() const { return steps_; }
  void set_steps(std::uint64_t to) { steps_ = to; }

protected:
  /// The rule, with the gradient as it is to be used.
  virtual void update(std::size_t first, std::size_t count, float* weights, const float* gradient) = 0;

  /// The same for a gradient in factors; unless it is overridden, the factors are multiplied first.
  virtual void update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient);

  /// What begin_step has just worked out for this step: the factor to use, and the learning rate behind it.
  float rate_now() const { return rate_now_; }
  float plain_rate_now() const { return plain_rate_now_; }

  /// Called by begin_step with the step's number, 1 for the first, and its learning rate.
  /// @return the factor to use, where a rule corrects it
  virtual double rate_of_step(std::uint64_t /*step*/, double rate) { return rate; }

  /// The state from array `which`, weight `first` on.
  float* array(std::size_t which, std::size_t first) { return state_.data() + which * num_weights_ + first; }

private:
  void update_scaled(std::size_t first, std::size_t count, float* weights, const float* gradient, float factor);

  std::size_t num_weights_;
  std::size_t arrays_;
  buffer state_;
  schedule schedule_;
  clip_rule clip_;
  buffer piece_; // of a gradient that was clipped or multiplied out
  double learning_rate_;
  double decay_;
  std::uint64_t steps_ = 0;
  float rate_now_ = 0;
  float plain_rate_now_ = 0;
};

/// What the catalog knows about an optimizer.
struct optimizer_kind {
  std::string_view name;        ///< in the config
  std::string_view keras_class; ///< "Adam"
  std::vector<key_rule> keys;   ///< beside learning_rate, decay and those of clipping, which every one takes
  /// Requires keys that were checked.
  std::unique_ptr<optimizer> (*make)(const spec& from, std::size_t num_weights);
};

/// @throws failure (config): an unknown name, key, type or range
std::unique_ptr<optimizer> make_optimizer(const spec& from, std::size_t num_weights);

} // namespace dk::nn
