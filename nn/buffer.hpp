#pragma once

#include "common/block.hpp"
#include "common/buffer_pool.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace dk::nn {

/// Room for float32 numbers: 64-byte aligned, on huge pages where it is large and the kernel grants them. It grows and
/// never shrinks, so a step that has run once allocates nothing.
class buffer {
public:
  /// Makes room for `size` numbers; what was in it is lost when it has to grow.
  void reserve(std::size_t size) {
    if (size <= size_)
      return;
    bytes_ = pooled_bytes(size * sizeof(float));
    size_ = size;
  }

  /// Gives the numbers away; the buffer is empty then.
  block release() {
    const auto size = std::exchange(size_, 0);
    auto* const numbers = data();
    const auto bytes = std::move(bytes_);
    return {std::shared_ptr<const float>{bytes, numbers}, size};
  }

  float* data() { return reinterpret_cast<float*>(bytes_.get()); }
  const float* data() const { return reinterpret_cast<const float*>(bytes_.get()); }
  std::size_t size() const { return size_; }

private:
  std::shared_ptr<std::byte> bytes_;
  std::size_t size_ = 0;
};

} // namespace dk::nn
