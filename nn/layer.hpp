#pragma once

#include "common/random.hpp"
#include "nn/keys.hpp"
#include "nn/model/gradient_sink.hpp"
#include "nn/parts/regularizer.hpp"
#include "nn/shape.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// One array among a layer's weights: Keras's name for it ("kernel") and its extents, what it starts from
/// (nn/parts/initializer.hpp) and what it adds to the loss.
struct weight_array {
  std::string name;
  shape extents;
  nlohmann::json initializer;
  penalty regularizer;
  bool trained = true; ///< else no optimizer touches it: the layer says what it becomes (gradient_sink::moved)
};

/// What a layer gets to go backward. One sample is one row; rows lie end to end.
struct backward_pass {
  const float* weights; ///< the layer's slice
  std::size_t first;    ///< where that slice starts in the model's vector
  std::size_t rows;
  const float* x;      ///< rows x input: what forward read
  const float* y;      ///< rows x output: what forward wrote
  float* dy;           ///< dL/dy; the layer may overwrite it
  float* dx;           ///< dL/dx goes here; null when nobody asks
  gradient_sink* sink; ///< dL/dweights goes here; null of a frozen layer
};

/// A layer of a model. It owns no weights: it borrows its slice of the model's one flat vector in every call. Order of
/// calls: forward, then backward with the same rows; infer at any time. A layer that joins several inputs gets in x all
/// rows of the first, then all rows of the second, and so on; dx lies likewise.
class layer {
public:
  /// `name` is unique in its model; `output` is the shape of one sample.
  layer(std::string name, shape output) : name_(std::move(name)), output_(std::move(output)) {}
  virtual ~layer() = default;
  layer(const layer&) = delete;
  layer& operator=(const layer&) = delete;

  const std::string& name() const { return name_; }
  const shape& output() const { return output_; }

  /// Whether training changes none of its weights: Keras's trainable = false. Of a layer without weights it changes
  /// nothing: dropout goes on. Frozen before the first call, for good.
  bool is_frozen() const { return is_frozen_; }
  void freeze() { is_frozen_ = true; }

  /// The arrays in the order in which they lie in the slice, which is Keras's order.
  virtual std::vector<weight_array> arrays() const { return {}; }

  /// Fills the slice with what a fresh layer starts from.
  void initialize(float* weights, random_stream& random) const;

  /// True where y equals x, number by number: the model then skips the layer.
  virtual bool is_identity(bool training) const = 0;

  /// y <- layer(x), for predictions.
  virtual void infer(const float* weights, const float* x, std::size_t rows, float* y) = 0;

  /// y <- layer(x), for training.
  virtual void forward(const float* weights, const float* x, std::size_t rows, float* y) { infer(weights, x, rows, y); }

  virtual void backward(const backward_pass& pass) = 0;

  /// Restarts the layer's random numbers, where it draws any.
  virtual void seed(std::uint64_t /*seed*/) {}

  /// Leaves the activation of this name to the caller from now on, where it is the last thing the layer does.
  /// @return whether it does so
  virtual bool leave_activation(std::string_view /*name*/) { return false; }

  /// The `config` of the layer in Keras 2, without its name.
  virtual nlohmann::json keras_config() const { return nlohmann::json::object(); }

private:
  std::string name_;
  shape output_;
  bool is_frozen_ = false;
};

/// What the catalog knows about a kind of layer.
struct layer_kind {
  std::string_view name;        ///< in the config: "dense"
  std::string_view primary_key; ///< { dense = 1000 } sets this key; "" for none
  std::string_view keras_class; ///< "Dense"
  std::vector<key_rule> keys;   ///< beside "name", "from" and "trainable", which every layer takes; Keras's words
  /// Requires keys that were checked. @throws failure (shape) when the input does not suit
  std::unique_ptr<layer> (*make)(const spec& from, std::string name, const shape& input);
  /// In place of `make`, of a layer that joins several.
  std::unique_ptr<layer> (*merge)(const spec& from, std::string name, const std::vector<shape>& inputs) = nullptr;
};

} // namespace dk::nn
