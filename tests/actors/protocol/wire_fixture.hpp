#pragma once

#include "actors/protocol/wire.hpp"
#include "tests/actors/protocol/wire_bytes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace dk::test {

// Equal bit for bit. A message of the protocol is compared field by field through its overload of `fields`, whose
// structured binding stops compiling when a field is added: whoever adds one is sent here.
template <class T>
auto same(const T& a, const T& b) -> decltype(a == b) {
  return a == b;
}
inline bool same(const exact& a, const exact& b) {
  return std::memcmp(&a.value, &b.value, sizeof a.value) == 0;
}
inline bool same(const std::map<std::string, exact>& a, const std::map<std::string, exact>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
}
inline bool same(const block& a, const block& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}
inline bool same(const compressed& a, const compressed& b) {
  return a.form() == b.form() && a.size() == b.size() && a.bytes() == b.bytes() &&
         (a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}
inline bool same(const delta& a, const delta& b) {
  return same(a.numbers(), b.numbers());
}
template <class T>
auto same(const T& a, const T& b) -> std::enable_if_t<(std::tuple_size<decltype(fields(a))>::value > 0), bool> {
  return std::apply(
      [&b](const auto&... of_a) {
        return std::apply([&](const auto&... of_b) { return (same(of_a, of_b) && ...); }, fields(b));
      },
      fields(a));
}

/// The value arrives as it was, and no beginning of its bytes is taken for the whole.
template <class T>
void check_round_trip(caf::actor_system& system, const T& sent) {
  const auto wire = encode(system, sent);
  T arrived;
  CHECK(decode(system, wire, arrived));
  CHECK(same(sent, arrived));
  for (std::size_t length = 0; length < wire.size(); ++length) {
    T torn;
    INFO("cut to " << length << " of " << wire.size() << " bytes");
    CHECK_FALSE(decode(system, {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length)}, torn));
  }
}

} // namespace dk::test
