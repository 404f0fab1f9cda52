#include "common/random.hpp"

#include <cmath>

namespace dk {

namespace {

constexpr std::uint64_t rotate_left(std::uint64_t x, unsigned by) {
  return (x << by) | (x >> (64U - by));
}

} // namespace

std::uint64_t derive_seed(std::uint64_t seed, purpose what, std::initializer_list<std::uint64_t> parts) {
  auto mixed = mix(mix(seed) ^ static_cast<std::uint64_t>(what));
  for (const auto part : parts)
    mixed = mix(mixed ^ part);
  return mixed;
}

random_stream::random_stream(std::uint64_t seed) {
  for (auto& word : state_) {
    word = mix(seed);
    seed += 0x9e3779b97f4a7c15U;
  }
}

std::uint64_t random_stream::operator()() {
  auto& s = state_;
  const auto result = rotate_left(s[0] + s[3], 23) + s[0];
  const auto t = s[1] << 17U;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

double random_stream::uniform() {
  return static_cast<double>((*this)() >> 11U) * 0x1.0p-53;
}

double random_stream::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

std::uint64_t random_stream::below(std::uint64_t bound) {
  const auto fair = max() - max() % bound; // numbers from here on would favour the small remainders
  for (;;) {
    const auto x = (*this)();
    if (x < fair)
      return x % bound;
  }
}

double random_stream::normal() {
  constexpr double two_pi = 6.283185307179586;
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(two_pi * uniform());
}

} // namespace dk
