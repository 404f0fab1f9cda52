#pragma once

#include "actors/protocol/wire.hpp"
#include "common/block.hpp"

#include <string>
#include <utility>

namespace dk {

/// What a commit moves the center by: numbers, or scale * (to - from), not yet computed. Inside a process the
/// difference is formed while it is folded, so it is never written to memory; on the wire it travels as numbers.
class delta {
public:
  delta() = default;
  delta(block numbers) : to_(std::move(numbers)) {} // NOLINT(google-explicit-constructor): numbers are a delta

  /// scale * (to - from). Requires blocks of the same size.
  delta(block to, block from, float scale) : to_(std::move(to)), from_(std::move(from)), scale_(scale) {}

  std::size_t size() const { return to_.size(); }

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
};

inline caf::error inspect(caf::serializer& f, delta& x) {
  auto numbers = x.numbers();
  return inspect(f, numbers);
}

inline caf::error inspect(caf::deserializer& f, delta& x) {
  block numbers;
  auto bad = inspect(f, numbers);
  x = delta{std::move(numbers)};
  return bad;
}

inline std::string to_string(const delta& x) {
  return "delta[" + std::to_string(x.size()) + "]";
}

} // namespace dk
