#include "nn/loss.hpp"

#include <algorithm>

namespace dk::nn {

std::size_t largest(const float* values, std::size_t width) {
  return static_cast<std::size_t>(std::max_element(values, values + width) - values);
}

std::vector<key_rule> keys_of_loss(const loss_kind& of) {
  if (of.fused_activation.empty())
    return {};
  std::vector<key_rule> keys{{"from_logits", value_kind::flag}};
  if (of.labels != label_kind::class_number)
    keys.push_back({"label_smoothing", value_kind::number, false, 0, 1});
  return keys;
}

bool agrees(const float* outputs, const float* label, std::size_t width, float middle) {
  if (width == 1)
    return (outputs[0] > middle) == (label[0] > 0.5F);
  return largest(outputs, width) == largest(label, width);
}

} // namespace dk::nn
