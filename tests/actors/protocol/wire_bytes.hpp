#pragma once

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <catch2/catch.hpp>
#include <vector>

namespace dk::test {

using bytes = std::vector<char>;

template <class T>
bytes encode(caf::actor_system& system, const T& x) {
  bytes out;
  caf::binary_serializer sink{system, out};
  REQUIRE_FALSE(sink(const_cast<T&>(x)));
  return out;
}

/// @return whether the bytes, all of them, are one T
template <class T>
bool decode(caf::actor_system& system, const bytes& from, T& x) {
  caf::binary_deserializer source{system, from};
  return !source(x) && source.remaining() == 0;
}

} // namespace dk::test
