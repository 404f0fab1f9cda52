#include "common/error.hpp"
#include "nn/layer.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace dk::nn {

namespace {

/// A sample of one axis, n times: y[i] = x
class repeat_vector final : public layer {
public:
  repeat_vector(std::string name, std::size_t size, std::size_t n)
      : layer(std::move(name), {n, size}), size_(size), n_(n) {}

  bool is_identity(bool) const override { return n_ == 1; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t i = 0; i < n_; ++i, y += size_)
        std::copy_n(x + row * size_, size_, y);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    std::fill_n(pass.dx, pass.rows * size_, 0.0F);
    for (std::size_t row = 0; row < pass.rows; ++row)
      for (std::size_t i = 0; i < n_ * size_; ++i)
        pass.dx[row * size_ + i % size_] += pass.dy[row * n_ * size_ + i];
  }

  nlohmann::json keras_config() const override { return {{"n", n_}}; }

private:
  std::size_t size_;
  std::size_t n_;
};

std::unique_ptr<layer> make_repeat_vector(const spec& from, std::string name, const shape& input) {
  if (input.size() != 1)
    throw failure{errc::shape, "repeat_vector takes samples of one axis, not " + batch_text(input) + "; add flatten"};
  return std::make_unique<repeat_vector>(std::move(name), input[0], from.keys.at("n").get<std::size_t>());
}

} // namespace

extern const layer_kind repeat_vector_layer;
const layer_kind repeat_vector_layer{
    "repeat_vector", "n", "RepeatVector", {{"n", value_kind::count, true, 1, 1U << 30U}}, make_repeat_vector};

} // namespace dk::nn
