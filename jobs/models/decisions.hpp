#pragma once

#include <cstddef>
#include <vector>

namespace dk {

/// Whether an output that decides for itself says yes: above 0.5, as Keras has it.
inline bool is_yes(float output) {
  return output > 0.5F;
}

/// The class that outputs say, rows x `wide`, for each row: that of the greatest; of one output, yes is class 1.
std::vector<std::size_t> said_classes(const std::vector<float>& outputs, std::size_t wide);

/// The place of the greatest of `wide` numbers.
std::size_t greatest(const float* first, std::size_t wide);

} // namespace dk
