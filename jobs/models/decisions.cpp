#include "jobs/models/decisions.hpp"

#include <algorithm>

namespace dk {

std::size_t greatest(const float* first, std::size_t wide) {
  return static_cast<std::size_t>(std::max_element(first, first + wide) - first);
}

std::vector<std::size_t> said_classes(const std::vector<float>& outputs, std::size_t wide) {
  std::vector<std::size_t> all(outputs.size() / wide);
  for (std::size_t row = 0; row < all.size(); ++row)
    all[row] = wide > 1 ? greatest(outputs.data() + row * wide, wide) : is_yes(outputs[row]) ? 1 : 0;
  return all;
}

} // namespace dk
