#pragma once

#include "common/block.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/none.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>
#include <cstdint>
#include <cstring>
#include <string>

// How numbers travel. CAF 0.17.6 must never serialise a float itself: its encoder hangs on infinity and damages NaN, -0
// and denormals (fixed upstream in 0.18). So a block travels as a count and one raw piece of little-endian memory, and
// a single number as its bits.

namespace dk {

/// A float64 that arrives with exactly the bits it had.
struct exact {
  double value = 0;

  exact() = default;
  exact(double x) : value(x) {}             // NOLINT(google-explicit-constructor): an exact is a double that may travel
  operator double() const { return value; } // NOLINT(google-explicit-constructor)
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, exact& x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x.value, sizeof bits);
  if constexpr (Inspector::writes_state) {
    auto result = f(bits);
    std::memcpy(&x.value, &bits, sizeof bits);
    return result;
  } else {
    return f(bits);
  }
}

inline caf::error inspect(caf::serializer& f, block& x) {
  std::uint64_t size = x.size();
  if (auto bad = f(size))
    return bad;
  return size == 0 ? caf::none : f.apply_raw(x.bytes(), const_cast<float*>(x.data()));
}

/// Refuses a count that the bytes at hand cannot hold, before anything is allocated.
inline caf::error inspect(caf::deserializer& f, block& x) {
  std::uint64_t size = 0;
  if (auto bad = f(size))
    return bad;
  auto* bytes = dynamic_cast<caf::binary_deserializer*>(&f);
  if (bytes == nullptr || size > bytes->remaining() / sizeof(float))
    return caf::sec::end_of_stream;
  block_writer writer{size};
  if (size != 0)
    if (auto bad = f.apply_raw(size * sizeof(float), writer.data()))
      return bad;
  x = std::move(writer).done();
  return caf::none;
}

inline std::string to_string(const block& x) {
  return "block[" + std::to_string(x.size()) + "]";
}

} // namespace dk
