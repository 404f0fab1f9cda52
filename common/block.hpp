#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace dk {

/// A block of float32 that nobody changes any more: a copy shares, and a slice shares too.
/// What crosses an actor's border as numbers is a block: weights, deltas, batches.
class block {
public:
  block() = default;

  /// Shares `size` values that start at `values`.
  block(std::shared_ptr<const float> values, std::size_t size) : values_(std::move(values)), size_(size) {}

  /// A copy of `size` values.
  static block copy_of(const float* values, std::size_t size);

  /// One after the other; a single piece is shared, more are copied.
  static block joined(const std::vector<block>& pieces);

  const float* data() const { return values_.get(); }
  const float* begin() const { return values_.get(); }
  const float* end() const { return values_.get() + size_; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(float); }
  bool empty() const { return size_ == 0; }
  float operator[](std::size_t i) const { return values_.get()[i]; }

  /// Values [first, first + count), without copying. Requires first + count <= size().
  block slice(std::size_t first, std::size_t count) const {
    return {std::shared_ptr<const float>{values_, values_.get() + first}, count};
  }

private:
  std::shared_ptr<const float> values_;
  std::size_t size_ = 0;
};

/// A block while it is being written. Its memory comes from the pool (buffer_pool.hpp), is 64-byte aligned and starts
/// uninitialised.
class block_writer {
public:
  explicit block_writer(std::size_t size);

  float* data() { return values_.get(); }
  std::size_t size() const { return size_; }

  /// Ends the writing.
  block done() && { return {std::move(values_), size_}; }

private:
  std::shared_ptr<float> values_;
  std::size_t size_;
};

} // namespace dk
