#pragma once

#include "actors/protocol/wire.hpp"
#include "common/block.hpp"

#include <string>
#include <utility>

namespace dk {

/// What a commit moves the center by: numbers, or scale * (to - from), not yet computed, or compressed numbers. Inside
/// a process the difference is formed while it is folded, so it is never written to memory; on the wire it travels as
/// numbers.
class delta {
public:
  delta() = default;
  delta(block numbers) : to_(std::move(numbers)) {} // NOLINT(google-explicit-constructor): numbers are a delta

  /// scale * (to - from). Requires blocks of the same size.
  delta(block to, block from, float scale) : to_(std::move(to)), from_(std::move(from)), scale_(scale) {}

  delta(compressed numbers) : compressed_(std::move(numbers)) {} // NOLINT(google-explicit-constructor): likewise

  std::size_t size() const { return compressed_.empty() ? to_.size() : compressed_.size(); }

  /// What it takes on its way, in bytes, without its head.
  std::size_t bytes() const { return compressed_.empty() ? to_.bytes() : compressed_.bytes(); }

  /// Empty, unless it was compressed.
  const compressed& packed() const { return compressed_; }

  /// next <- now + by * delta, over size() values; `next` overlaps nothing. @return false when a value of `next` is not
  /// finite. It gives the same bits whether the difference was formed before or not.
  bool add_to(const float* now, float by, float* next) const;

  /// The numbers.
  block numbers() const;

  /// Squared lengths and products, in one pass over the vectors, none of which is written.
  struct sums {
    double update = 0;   ///< |delta|^2
    double distance = 0; ///< |now - base|^2
    double movement = 0; ///< |now - before|^2
    double along = 0;    ///< delta (now - before)
  };

  /// Each pointer is to size() values.
  sums measure(const float* now, const float* base, const float* before) const;

private:
  block to_;
  block from_;
  float scale_ = 1;
  compressed compressed_;
};

// Numbers that are not compressed have no form before them: an empty one.
inline caf::error inspect(caf::serializer& f, delta& x) {
  auto packed = x.packed();
  if (auto bad = inspect(f, packed))
    return bad;
  auto numbers = packed.empty() ? x.numbers() : block{};
  return packed.empty() ? inspect(f, numbers) : caf::none;
}

inline caf::error inspect(caf::deserializer& f, delta& x) {
  compressed packed;
  if (auto bad = inspect(f, packed))
    return bad;
  x = delta{std::move(packed)};
  if (x.size() > 0)
    return caf::none;
  block numbers;
  auto bad = inspect(f, numbers);
  x = delta{std::move(numbers)};
  return bad;
}

inline std::string to_string(const delta& x) {
  return "delta[" + std::to_string(x.size()) + "]";
}

} // namespace dk
