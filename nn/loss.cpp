#include "nn/loss.hpp"

#include <algorithm>

namespace dk::nn {

std::size_t largest(const float* values, std::size_t width) {
  return static_cast<std::size_t>(std::max_element(values, values + width) - values);
}

std::vector<key_rule> keys_of_loss(const loss_kind& of) {
  if (of.fused_activation.empty())
    return {};
  std::vector<key_rule> keys{{"from_logits", key_kind::flag}};
  if (of.labels != label_kind::class_number)
    keys.push_back({"label_smoothing", key_kind::number, false, {0, 1}});
  return keys;
}

void count_decisions(answer_kind answers, const float* outputs, const float* label, std::size_t width, float middle,
                     loss_sums& to) {
  switch (answers) {
  case answer_kind::numbers:
    break;
  case answer_kind::choice:
    to.correct += largest(outputs, width) == largest(label, width) ? 1U : 0U;
    ++to.decisions;
    break;
  case answer_kind::each:
    for (std::size_t i = 0; i < width; ++i)
      to.correct += (outputs[i] > middle) == (label[i] > 0.5F) ? 1U : 0U;
    to.decisions += width;
    break;
  }
}

} // namespace dk::nn
