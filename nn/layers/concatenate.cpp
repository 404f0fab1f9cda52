#include "common/error.hpp"
#include "nn/layer.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Several inputs side by side along one axis, in the order in which they are named.
class concatenate final : public layer {
public:
  /// `outer` runs of numbers in a sample; `runs` has the length of each input's.
  concatenate(std::string name, const shape& output, std::size_t axis, std::size_t outer, std::vector<std::size_t> runs)
      : layer(std::move(name), output), axis_(axis), outer_(outer), runs_(std::move(runs)) {
    for (const auto run : runs_)
      width_ += run;
  }

  bool is_identity(bool) const override { return false; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::size_t at = 0;
    for (const auto run : runs_) {
      for (std::size_t i = 0; i < rows * outer_; ++i, x += run)
        std::copy_n(x, run, y + i * width_ + at);
      at += run;
    }
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    auto* dx = pass.dx;
    std::size_t at = 0;
    for (const auto run : runs_) {
      for (std::size_t i = 0; i < pass.rows * outer_; ++i, dx += run)
        std::copy_n(pass.dy + i * width_ + at, run, dx);
      at += run;
    }
  }

  nlohmann::json keras_config() const override { return {{"axis", axis_}}; }

private:
  std::size_t axis_; // as Keras counts: 0 is the batch
  std::size_t outer_;
  std::vector<std::size_t> runs_;
  std::size_t width_ = 0;
};

// The axis among those of a sample, from Keras's number for it.
std::size_t axis_of(const spec& from, std::size_t axes) {
  const auto given = value_or<int>(from, "axis", -1);
  const auto axis = given < 0 ? given + static_cast<int>(axes) : given - 1;
  if (axis < 0 || axis >= static_cast<int>(axes))
    throw failure{errc::shape, "axis = " + std::to_string(given) + " is none of a sample's " + std::to_string(axes) +
                                   " (1 is the first after the batch, -1 the last)"};
  return static_cast<std::size_t>(axis);
}

std::unique_ptr<layer> make_concatenate(const spec& from, std::string name, const std::vector<shape>& inputs) {
  auto output = inputs.front();
  const auto axis = axis_of(from, output.size());
  output[axis] = 0;
  std::size_t outer = 1;
  for (std::size_t i = 0; i < axis; ++i)
    outer *= output[i];
  std::vector<std::size_t> runs;
  for (const auto& input : inputs) {
    auto rest = input;
    if (rest.size() == output.size())
      rest[axis] = output[axis];
    if (rest != output)
      throw failure{errc::shape, "joins " + batch_text(inputs.front()) + " and " + batch_text(input) +
                                     "; its inputs may differ along axis " + std::to_string(axis + 1) + " only"};
    output[axis] += input[axis];
    runs.push_back(size_of(input) / outer);
  }
  return std::make_unique<concatenate>(std::move(name), output, axis + 1, outer, std::move(runs));
}

} // namespace

extern const layer_kind concatenate_layer;
const layer_kind concatenate_layer{
    "concatenate", "from", "Concatenate", {{"axis", key_kind::whole, false, {-8, 9}}}, nullptr, make_concatenate};

} // namespace dk::nn
