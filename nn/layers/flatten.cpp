#include "nn/kernels/transpose.hpp"
#include "nn/layer.hpp"
#include "nn/layers/image_keys.hpp"

namespace dk::nn {

namespace {

/// Makes one axis of all of a sample's axes. The numbers already lie that way, so the model skips it; but for images
/// with the channels first, whose channels Keras puts last before.
class flatten final : public layer {
public:
  flatten(std::string name, const shape& input, bool channels_first)
      : layer(std::move(name), {size_of(input)}), channels_first_(channels_first),
        channels_(channels_first && input.size() > 1 ? input[0] : 1), rest_(size_of(input) / channels_) {}

  bool is_identity(bool) const override { return channels_ == 1 || rest_ == 1; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    transpose_samples(x, rows, channels_, rest_, y);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx != nullptr)
      transpose_samples(pass.dy, pass.rows, rest_, channels_, pass.dx);
  }

  nlohmann::json keras_config() const override {
    return {{"data_format", channels_first_ ? "channels_first" : "channels_last"}};
  }

private:
  bool channels_first_;
  std::size_t channels_;
  std::size_t rest_;
};

std::unique_ptr<layer> make_flatten(const spec& from, std::string name, const shape& input) {
  return std::make_unique<flatten>(std::move(name), input,
                                   value_or<std::string>(from, "data_format", "") == "channels_first");
}

} // namespace

extern const layer_kind flatten_layer;
const layer_kind flatten_layer{"flatten", "", "Flatten", {data_format_key()}, make_flatten};

} // namespace dk::nn
