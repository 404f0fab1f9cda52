#include "common/block.hpp"

#include "common/buffer_pool.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace dk {

block block::copy_of(const float* values, std::size_t size) {
  block_writer copy{size};
  std::copy_n(values, size, copy.data());
  return std::move(copy).done();
}

block block::joined(const std::vector<block>& pieces) {
  if (pieces.size() == 1)
    return pieces.front();
  std::size_t size = 0;
  for (const auto& piece : pieces)
    size += piece.size();
  block_writer all{size};
  float* to = all.data();
  for (const auto& piece : pieces)
    to = std::copy(piece.begin(), piece.end(), to);
  return std::move(all).done();
}

block_writer::block_writer(std::size_t size) : size_(size) {
  if (size > std::numeric_limits<std::size_t>::max() / sizeof(float))
    throw std::bad_array_new_length{};
  auto bytes = pooled_bytes(size * sizeof(float));
  values_ = {bytes, reinterpret_cast<float*>(bytes.get())};
}

} // namespace dk
