#pragma once

#include "actors/protocol/compression.hpp"
#include "common/block.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dk {

/// Numbers that are worth reading at a time: they stay in the cache.
constexpr std::size_t numbers_at_once = 4096;

/// Numbers in fewer bytes, as they travel. Nobody changes them any more: a copy shares.
/// In memory: fp16 and bf16 as they are; int8 the scales, then the numbers; top_k the positions, ascending, then the
/// numbers.
class compressed {
public:
  compressed() = default;

  /// `size` numbers in this form, in `count` bytes.
  compressed(number_form form, std::size_t size, std::shared_ptr<const std::byte> bytes, std::size_t count)
      : form_(form), size_(size), bytes_(std::move(bytes)), count_(count) {}

  /// Whether the bytes are such numbers: of the right length, positions ascending and within the size. Those that come
  /// from a network are asked before anything else.
  bool is_sound() const;

  number_form form() const { return form_; }
  std::size_t size() const { return size_; } ///< of the numbers that it stands for
  bool empty() const { return size_ == 0; }
  std::size_t bytes() const { return count_; }
  const std::byte* data() const { return bytes_.get(); }

  /// Writes numbers [first, first + count). Requires a `first` that is a multiple of int8_block.
  void read(std::size_t first, std::size_t count, float* to) const;

  /// All numbers.
  block numbers() const;

  /// Of top_k: puts the numbers that it has at their positions; the others stay.
  void put_into(float* numbers) const;

private:
  std::size_t entries() const { return count_ / (sizeof(float) + sizeof(std::uint32_t)); }
  const std::uint32_t* positions() const { return reinterpret_cast<const std::uint32_t*>(bytes_.get()); }
  const float* values() const { return reinterpret_cast<const float*>(positions() + entries()); }

  number_form form_ = number_form::fp32;
  std::size_t size_ = 0;
  std::shared_ptr<const std::byte> bytes_;
  std::size_t count_ = 0;
};

/// Requires a form other than fp32, and for top_k a size below 2^32.
compressed compress(const compression& how, const float* numbers, std::size_t size);

/// Of `now`, the numbers at these positions, to be put into what differs only there.
compressed sparse(const float* now, std::size_t size, const std::vector<std::uint32_t>& positions);

inline std::string to_string(const compressed& x) {
  return "compressed[" + std::to_string(x.size()) + "]";
}

} // namespace dk
