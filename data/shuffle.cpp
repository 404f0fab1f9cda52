#include "data/shuffle.hpp"

#include <cmath>

namespace dk::data {

row_order::row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle, sampling which)
    : rows_(rows), shuffled_(shuffle && rows > 1), draws_(which == sampling::bootstrap),
      draw_seed_(derive_seed(seed, purpose::bootstrap)) {
  if (!shuffled_)
    return;
  low_size_ = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(rows)));
  high_size_ = (rows - 1) / low_size_ + 1;
  random_stream keys{derive_seed(seed, purpose::shuffle, {epoch})};
  for (auto& key : rounds_)
    key = {keys() | 1U, keys()};
}

} // namespace dk::data
