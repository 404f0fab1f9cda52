#include "nn/kernels/sum_rows.hpp"
#include "nn/layer.hpp"
#include "nn/layers/image_keys.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Y = the mean over all pixels, channel by channel.
class global_average_pooling2d final : public layer {
public:
  global_average_pooling2d(std::string name, const image& input, bool keepdims)
      : layer(std::move(name),
              keepdims ? image{1, 1, input.channels, input.channels_first}.extents() : shape{input.channels}),
        input_(input), keepdims_(keepdims) {}

  bool is_identity(bool) const override { return false; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    const auto part = 1.0F / static_cast<float>(input_.pixels());
    const auto size = input_.pixels() * input_.channels;
    for (std::size_t row = 0; row < rows; ++row, x += size, y += input_.channels) {
      if (input_.channels_first)
        for (std::size_t c = 0; c < input_.channels; ++c)
          sum_line(x + c * input_.pixels(), y + c);
      else
        sum_rows(x, input_.pixels(), input_.channels, y);
      std::for_each(y, y + input_.channels, [part](float& sum) { sum *= part; });
    }
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    const auto part = 1.0F / static_cast<float>(input_.pixels());
    auto* dx = pass.dx;
    for (std::size_t row = 0; row < pass.rows; ++row) {
      const auto* dy = pass.dy + row * input_.channels;
      for (std::size_t i = 0; i < input_.pixels() * input_.channels; ++i)
        *dx++ = part * dy[input_.channels_first ? i / input_.pixels() : i % input_.channels];
    }
  }

  nlohmann::json keras_config() const override {
    return {{"data_format", input_.channels_first ? "channels_first" : "channels_last"}, {"keepdims", keepdims_}};
  }

private:
  void sum_line(const float* x, float* sum) const { sum_rows(x, input_.pixels(), 1, sum); }

  image input_;
  bool keepdims_;
};

std::unique_ptr<layer> make_global_average_pooling2d(const spec& from, std::string name, const shape& input) {
  return std::make_unique<global_average_pooling2d>(std::move(name), image_of(from, input),
                                                    value_or(from, "keepdims", false));
}

} // namespace

extern const layer_kind global_average_pooling2d_layer;
const layer_kind global_average_pooling2d_layer{"global_average_pooling2d",
                                                "",
                                                "GlobalAveragePooling2D",
                                                {data_format_key(), {"keepdims", key_kind::flag}},
                                                make_global_average_pooling2d};

} // namespace dk::nn
