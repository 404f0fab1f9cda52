#pragma once

#include "nn/buffer.hpp"
#include "nn/layer.hpp"
#include "nn/model/architecture.hpp"
#include "nn/model/weight_split.hpp"
#include "nn/model/wiring.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dk::nn {

/// Where the weights of a model lie: those that training may change, and those of frozen layers; borrowed.
struct weights_view {
  const float* free;
  const float* frozen;
};

/// The layers of a model, and the numbers that flow between them: forward from rows to outputs, backward from the
/// outputs' gradients to those of the weights, which are borrowed. Steady once a number of rows has been seen: then it
/// allocates nothing.
class network {
public:
  /// @throws failure (config, shape) that names the layer's index and name
  explicit network(const architecture& from);

  std::size_t num_layers() const { return stages_.size(); }
  const layer& layer_at(std::size_t index) const { return *stages_[index].what; }
  const weight_split& weights() const { return split_; }
  std::size_t input_size() const { return input_size_; }

  /// Numbers of a row in each output.
  const std::vector<std::size_t>& output_sizes() const { return output_sizes_; }

  /// The name of the layer that an output is.
  const std::string& output_name(std::size_t output) const { return wires_.name_of(wires_.outputs[output]); }

  /// For errors: "layer 2 (dense): ".
  const std::string& output_place(std::size_t output) const { return output_places_[output]; }

  void initialize(float* free, float* frozen, std::uint64_t seed) const;
  void seed_dropout(std::uint64_t seed);

  /// Leaves the activation of this name to the caller, where it is the last thing before an output that nobody else
  /// reads. @return whether it does so
  bool leave_activation(std::size_t output, std::string_view name);

  /// Room for this many rows.
  void reserve(std::size_t rows);

  /// Forward. Requires reserve(rows). x: rows x input_size(); it is kept until backward.
  void run(const weights_view& weights, const float* x, std::size_t rows, bool training);

  /// rows x output_sizes()[output], of the last run.
  const float* output(std::size_t output) const { return values_[wires_.outputs[output]].at; }

  /// Room for dL/d output, to be filled before backward.
  float* gradient_of(std::size_t output);

  /// Backward from the gradients of all outputs, after run(..., training = true) with as many rows. Asks only for what
  /// free weights need.
  void backward(const weights_view& weights, std::size_t rows, gradient_sink& sink);

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct stage {
    std::unique_ptr<layer> what;
    std::size_t first; // of its weights, among the free or the frozen ones
    buffer y;          // of the last forward, unless the layer was skipped
    buffer joined;     // of several sources: what it read
    const float* x;    // what it read in the last forward

    const float* weights(const weights_view& all) const { return (what->is_frozen() ? all.frozen : all.free) + first; }
  };

  // What an input or a layer gives.
  struct tensor {
    std::size_t size;            // numbers of a row
    bool is_trained;             // whether free weights stand behind it, so that its gradient is asked for
    std::size_t readers;         // outputs among them
    const float* at;             // of the last forward
    std::size_t gradient = none; // the slot of its gradient, where there is one already
  };

  void add_layers(const architecture& from);
  void cut(const float* x, std::size_t rows);
  const float* read(std::size_t layer, std::size_t rows);
  std::size_t take_slot();
  void free_slot(std::size_t slot) { free_.push_back(slot); }
  void add_gradient(std::size_t value, std::size_t slot, std::size_t rows);
  void pass_on(std::size_t layer, std::size_t dx, std::size_t rows);

  wiring wires_;
  std::vector<stage> stages_;
  std::vector<tensor> values_;
  std::vector<buffer> pieces_; // of a row that is cut: each input's
  std::vector<std::size_t> output_sizes_;
  std::vector<std::string> output_places_;
  weight_split split_;
  std::size_t input_size_ = 0;
  std::size_t widest_ = 0; // numbers of a row in the widest gradient
  std::size_t rows_ = 0;   // that there is room for

  // Gradients on their way. A chain of layers uses two slots in turn, so both stay in the cache.
  std::vector<buffer> slots_;
  std::vector<std::size_t> free_;
};

} // namespace dk::nn
