#pragma once

#include "actors/protocol/compressed.hpp"
#include "common/block.hpp"
#include "common/buffer_pool.hpp"

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

/// An empty one takes a byte.
inline caf::error inspect(caf::serializer& f, compressed& x) {
  auto form = static_cast<std::uint8_t>(x.form());
  std::uint64_t size = x.size();
  std::uint64_t bytes = x.bytes();
  if (auto bad = f(form); bad || x.empty())
    return bad;
  if (auto bad = f(size, bytes))
    return bad;
  return bytes == 0 ? caf::none : f.apply_raw(bytes, const_cast<std::byte*>(x.data()));
}

/// Refuses what is not sound; `size` alone makes nobody allocate.
inline caf::error inspect(caf::deserializer& f, compressed& x) {
  x = {};
  std::uint8_t form = 0;
  std::uint64_t size = 0;
  std::uint64_t count = 0;
  if (auto bad = f(form); bad || form == static_cast<std::uint8_t>(number_form::fp32))
    return bad;
  if (auto bad = f(size, count))
    return bad;
  auto* source = dynamic_cast<caf::binary_deserializer*>(&f);
  if (source == nullptr || count > source->remaining())
    return caf::sec::end_of_stream;
  const auto bytes = pooled_bytes(count + 1);
  if (count != 0)
    if (auto bad = f.apply_raw(count, bytes.get()))
      return bad;
  compressed got{static_cast<number_form>(form), size, bytes, count};
  if (!got.is_sound())
    return caf::sec::invalid_argument;
  x = std::move(got);
  return caf::none;
}

inline std::string to_string(const block& x) {
  return "block[" + std::to_string(x.size()) + "]";
}

} // namespace dk
