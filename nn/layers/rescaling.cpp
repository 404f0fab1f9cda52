#include "nn/layer.hpp"

namespace dk::nn {

namespace {

/// Y = scale X + offset
class rescaling final : public layer {
public:
  rescaling(std::string name, const shape& input, double scale, double offset)
      : layer(std::move(name), input), size_(size_of(input)), scale_(scale), offset_(offset) {}

  bool is_identity(bool) const override { return scale_ == 1 && offset_ == 0; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    const auto scale = static_cast<float>(scale_);
    const auto offset = static_cast<float>(offset_);
    for (std::size_t i = 0; i < rows * size_; ++i)
      y[i] = scale * x[i] + offset;
  }

  void backward(const backward_pass& pass) override {
    const auto scale = static_cast<float>(scale_);
    if (pass.dx != nullptr)
      for (std::size_t i = 0; i < pass.rows * size_; ++i)
        pass.dx[i] = scale * pass.dy[i];
  }

  nlohmann::json keras_config() const override { return {{"scale", scale_}, {"offset", offset_}}; }

private:
  std::size_t size_;
  double scale_;
  double offset_;
};

std::unique_ptr<layer> make_rescaling(const spec& from, std::string name, const shape& input) {
  return std::make_unique<rescaling>(std::move(name), input, from.keys.at("scale").get<double>(),
                                     value_or(from, "offset", 0.0));
}

} // namespace

extern const layer_kind rescaling_layer;
const layer_kind rescaling_layer{"rescaling",
                                 "scale",
                                 "Rescaling",
                                 {{"scale", key_kind::number, true}, {"offset", key_kind::number}},
                                 make_rescaling};

} // namespace dk::nn
