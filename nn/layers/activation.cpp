#include "nn/activation.hpp"
#include "nn/layer.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Y = f(X), number by number, or row by row for softmax.
class activation final : public layer {
public:
  activation(std::string name, const shape& input, std::string_view function)
      : layer(std::move(name), input), width_(input.empty() ? 1 : input.back()), size_(size_of(input)),
        function_(&find_activation(function)), applied_(function_) {}

  bool is_identity(bool) const override { return applied_->differentiate == nullptr; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::copy_n(x, rows * size_, y);
    applied_->apply(y, nullptr, lines(rows), width_);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    std::copy_n(pass.dy, pass.rows * size_, pass.dx);
    applied_->differentiate(pass.y, pass.dx, lines(pass.rows), width_);
  }

  // Of one axis only: a loss sees a sample as one line, softmax over several lines is another function.
  bool leave_activation(std::string_view name) override {
    if (function_->name != name || size_ != width_)
      return false;
    applied_ = &find_activation("linear");
    return true;
  }

  nlohmann::json keras_config() const override { return {{"activation", function_->name}}; }

private:
  std::size_t lines(std::size_t rows) const { return rows * (size_ / width_); }

  std::size_t width_;
  std::size_t size_;
  const activation_function* function_;
  const activation_function* applied_; // linear when the model applies the activation itself
};

std::unique_ptr<layer> make(const spec& from, std::string name, const shape& input) {
  return std::make_unique<activation>(std::move(name), input, from.keys.at("activation").get<std::string>());
}

} // namespace

extern const layer_kind activation_layer;
const layer_kind activation_layer{
    "activation", "activation", "Activation", {{"activation", value_kind::word, true, 0, 0, activation_names}}, make};

} // namespace dk::nn
