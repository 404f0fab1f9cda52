#include "nn/layer.hpp"

namespace dk::nn {

namespace {

/// Makes one axis of all of a sample's axes. The numbers already lie that way, so the model skips it.
class flatten final : public layer {
public:
  flatten(std::string name, const shape& input) : layer(std::move(name), {size_of(input)}) {}

  bool is_identity(bool) const override { return true; }
  void infer(const float*, const float*, std::size_t, float*) override {}
  void backward(const backward_pass&) override {}
  nlohmann::json keras_config() const override { return {{"data_format", "channels_last"}}; }
};

std::unique_ptr<layer> make(const spec&, std::string name, const shape& input) {
  return std::make_unique<flatten>(std::move(name), input);
}

} // namespace

extern const layer_kind flatten_layer;
const layer_kind flatten_layer{"flatten", "", "Flatten", {}, make};

} // namespace dk::nn
