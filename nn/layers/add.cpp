#include "common/error.hpp"
#include "nn/kernels/sum_rows.hpp"
#include "nn/layer.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// The sum of several inputs of one shape.
class add final : public layer {
public:
  add(std::string name, const shape& input, std::size_t inputs)
      : layer(std::move(name), input), size_(size_of(input)), inputs_(inputs) {}

  bool is_identity(bool) const override { return false; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    const auto count = rows * size_;
    std::copy_n(x, count, y);
    for (std::size_t i = 1; i < inputs_; ++i)
      add_to(y, x + i * count, count);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    const auto count = pass.rows * size_;
    for (std::size_t i = 0; i < inputs_; ++i)
      std::copy_n(pass.dy, count, pass.dx + i * count);
  }

private:
  std::size_t size_;
  std::size_t inputs_;
};

std::unique_ptr<layer> make_add(const spec&, std::string name, const std::vector<shape>& inputs) {
  for (const auto& input : inputs)
    if (input != inputs.front())
      throw failure{errc::shape, "adds " + batch_text(inputs.front()) + " and " + batch_text(input) +
                                     "; all its inputs need the same shape"};
  return std::make_unique<add>(std::move(name), inputs.front(), inputs.size());
}

} // namespace

extern const layer_kind add_layer;
const layer_kind add_layer{"add", "from", "Add", {}, nullptr, make_add};

} // namespace dk::nn
