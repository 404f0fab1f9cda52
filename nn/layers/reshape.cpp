#include "nn/layer.hpp"

#include "common/error.hpp"

namespace dk::nn {

namespace {

constexpr std::int64_t largest_extent = std::int64_t{1} << 40U; // of an extent; more is a mistake

void check_target(const nlohmann::json& value) {
  std::size_t open = 0;
  if (!value.is_array() || value.empty())
    throw failure{errc::config, value.dump() + " is not a list of extents, as in [7, 7, 64]"};
  for (const auto& extent : value) {
    open += extent == -1 ? 1U : 0U;
    if (!extent.is_number_integer() || (extent != -1 && (extent < 1 || extent > largest_extent)))
      throw failure{errc::config,
                    extent.dump() + " is not an extent: a whole number of at least 1, or one -1 for the rest"};
  }
  if (open > 1)
    throw failure{errc::config, value.dump() + " leaves more than one extent open"};
}

// The extents asked for, with the one that is open worked out.
shape target_of(const nlohmann::json& value, const shape& input) {
  const auto size = size_of(input);
  std::size_t known = 1;
  shape extents;
  for (const auto& extent : value) {
    extents.push_back(extent == -1 ? 0 : extent.get<std::size_t>());
    if (extents.back() > size) // which also keeps the product below from wrapping around
      known = 0;
    else if (extents.back() > 0 && known <= size)
      known *= extents.back();
  }
  for (auto& extent : extents)
    if (extent == 0 && known > 0)
      extent = size / known;
  if (known == 0 || known > size || size_of(extents) != size)
    throw failure{errc::shape, "target_shape = " + value.dump() + " does not hold the " + std::to_string(size) +
                                   " numbers of its input " + batch_text(input)};
  return extents;
}

/// The same numbers, taken as another shape. They already lie that way, so the model skips it.
class reshape final : public layer {
public:
  reshape(std::string name, shape output) : layer(std::move(name), std::move(output)) {}

  bool is_identity(bool) const override { return true; }
  void infer(const float*, const float*, std::size_t, float*) override {}
  void backward(const backward_pass&) override {}
  nlohmann::json keras_config() const override { return {{"target_shape", output()}}; }
};

std::unique_ptr<layer> make_reshape(const spec& from, std::string name, const shape& input) {
  return std::make_unique<reshape>(std::move(name), target_of(from.keys.at("target_shape"), input));
}

} // namespace

extern const layer_kind reshape_layer;
const layer_kind reshape_layer{
    "reshape", "target_shape", "Reshape", {{"target_shape", key_kind::part, true, {}, {}, check_target}}, make_reshape};

} // namespace dk::nn
