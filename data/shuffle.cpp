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
                     shuffle_buffers buffers)
    : rows_(rows), shuffled_(shuffle && rows > 1), draws_(which == sampling::bootstrap),
      draw_seed_(derive_seed(seed, purpose::bootstrap)) {
  if (!shuffled_)
    return;
  random_stream keys{derive_seed(seed, purpose::shuffle, {epoch})};
  const auto whole_buffers = buffers.block_rows == 0 ? 0 : rows / (buffers.block_rows * buffers.blocks);
  if (whole_buffers < 2) {
    order_ = {rows, keys};
    return;
  }
  buffers_ = buffers;
  blocks_ = rows / buffers.block_rows;
  buffer_rows_ = buffers.block_rows * buffers.blocks;
  num_buffers_ = whole_buffers;
  last_buffer_ = (whole_buffers - 1) * buffer_rows_;
  block_order_ = {blocks_, keys};
  order_ = {buffer_rows_, keys};
  last_order_ = {rows - last_buffer_, keys};
}

row_order::spot row_order::spot_of(std::uint64_t i) const {
  if (i >= last_buffer_)
    return {num_buffers_ - 1, last_order_(i - last_buffer_)};
  const auto buffer = i / buffer_rows_;
  const auto turned = i - buffer * buffer_rows_ + mix(buffer) % buffer_rows_; // so that buffers are not alike
  return {buffer, order_(turned < buffer_rows_ ? turned : turned - buffer_rows_)};
}

std::uint64_t row_order::row_at(const spot& where) const {
  const auto place = where.buffer * buffer_rows_ + where.inside;
  const auto block = place / buffers_.block_rows;
  return block < blocks_ ? block_order_(block) * buffers_.block_rows + place % buffers_.block_rows : place;
}

} // namespace dk::data
