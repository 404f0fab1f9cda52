#include "nn/parts/activation.hpp"
#include "nn/layers/weight_keys.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Y = f(X), number by number, or row by row for softmax. Keras has classes of their own for functions with a key.
class activation final : public layer {
public:
  enum class keras_class { activation, function };

  activation(std::string name, const shape& input, const activation_function& function, keras_class kind)
      : layer(std::move(name), input), width_(input.empty() ? 1 : input.back()), size_(size_of(input)),
        function_(function), kind_(kind) {}

  bool is_identity(bool) const override { return left_ || function_.is_identity(); }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::copy_n(x, rows * size_, y);
    function_.apply(y, nullptr, lines(rows), width_);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    std::copy_n(pass.dy, pass.rows * size_, pass.dx);
    function_.differentiate(pass.y, pass.dx, lines(pass.rows), width_);
  }

  // Of one axis only: a loss sees a sample as one line, softmax over several lines is another function.
  bool leave_activation(std::string_view name) override {
    left_ = function_.name == name && size_ == width_;
    return left_;
  }

  nlohmann::json keras_config() const override {
    if (kind_ == keras_class::activation)
      return {{"activation", keras_activation(function_)}};
    return keras_activation_config(function_);
  }

private:
  std::size_t lines(std::size_t rows) const { return rows * (size_ / width_); }

  std::size_t width_;
  std::size_t size_;
  activation_function function_;
  keras_class kind_;
  bool left_ = false; // the model applies the activation itself
};

std::unique_ptr<layer> make_activation_layer(const spec& from, std::string name, const shape& input) {
  return std::make_unique<activation>(std::move(name), input, make_activation(from.keys.at("activation")),
                                      activation::keras_class::activation);
}

std::unique_ptr<layer> make_with_alpha(const spec& from, std::string name, const shape& input) {
  auto function = find_activation(from.name);
  function.keys.alpha = from.keys.at("alpha").get<float>();
  return std::make_unique<activation>(std::move(name), input, function, activation::keras_class::function);
}

} // namespace

extern const layer_kind activation_layer;
const layer_kind activation_layer{
    "activation", "activation", "Activation", {activation_key(true)}, make_activation_layer};

extern const layer_kind leaky_relu_layer;
const layer_kind leaky_relu_layer{
    "leaky_relu", "alpha", "LeakyReLU", {{"alpha", key_kind::number, true, at_least(0)}}, make_with_alpha};

extern const layer_kind elu_layer;
const layer_kind elu_layer{"elu", "alpha", "ELU", {{"alpha", key_kind::number, true, at_least(0)}}, make_with_alpha};

} // namespace dk::nn
