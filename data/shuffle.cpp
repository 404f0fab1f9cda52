#include "data/shuffle.hpp"

#include <cmath>

namespace dk::data {

permutation::permutation(std::uint64_t size, random_stream& keys)
    : size_(size), low_size_(static_cast<std::uint64_t>(std::sqrt(static_cast<double>(size)))) {
  high_size_ = (size - 1) / low_size_ + 1;
  for (auto& key : rounds_)
    key = {keys() | 1U, keys()};
}

row_order::row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle, sampling which,
                     shuffle_windows windows)
    : rows_(rows), shuffled_(shuffle && rows > 1), draws_(which == sampling::bootstrap),
      draw_seed_(derive_seed(seed, purpose::bootstrap)) {
  if (!shuffled_)
    return;
  random_stream keys{derive_seed(seed, purpose::shuffle, {epoch})};
  const auto whole_windows = windows.block_rows == 0 ? 0 : rows / (windows.block_rows * windows.blocks);
  if (whole_windows < 2) {
    order_ = {rows, keys};
    return;
  }
  windows_ = windows;
  blocks_ = rows / windows.block_rows;
  window_rows_ = windows.block_rows * windows.blocks;
  num_windows_ = whole_windows;
  last_window_ = (whole_windows - 1) * window_rows_;
  block_order_ = {blocks_, keys};
  order_ = {window_rows_, keys};
  last_order_ = {rows - last_window_, keys};
}

row_order::spot row_order::spot_of(std::uint64_t i) const {
  if (i >= last_window_)
    return {num_windows_ - 1, last_order_(i - last_window_)};
  const auto window = i / window_rows_;
  const auto turned = i - window * window_rows_ + mix(window) % window_rows_; // so that windows are not alike
  return {window, order_(turned < window_rows_ ? turned : turned - window_rows_)};
}

std::uint64_t row_order::row_at(const spot& where) const {
  const auto place = where.window * window_rows_ + where.inside;
  const auto block = place / windows_.block_rows;
  return block < blocks_ ? block_order_(block) * windows_.block_rows + place % windows_.block_rows : place;
}

} // namespace dk::data
