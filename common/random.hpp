#pragma once

#include <cstdint>
#include <initializer_list>

namespace dk {

/// Mixes 64 bits so that each input bit reaches every output bit (the finalizer of SplitMix64; Steele, Lea, Flood
/// 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// What a random stream is for; two purposes never share numbers.
enum class purpose : std::uint64_t {
  initial_weights = 1,
  shuffle,
  dropout,
  split,
  test_data,
  bootstrap,
  computing,  ///< of the laboratory, as are the next: how long batches take
  stragglers, ///< which workers are slow
  network,    ///< which messages are lost or doubled
  coming,     ///< when workers are started anew, and which
  going,      ///< when workers are killed, and which
};

/// One seed from a run's seed, a purpose and what tells its streams apart (epoch, worker, layer...).
std::uint64_t derive_seed(std::uint64_t seed, purpose what, std::initializer_list<std::uint64_t> parts = {});

/// A stream of random numbers (xoshiro256++; Blackman and Vigna 2019). Same seed, same numbers, on every machine.
class random_stream {
public:
  using result_type = std::uint64_t;

  explicit random_stream(std::uint64_t seed);

  std::uint64_t operator()();
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();

  /// Uniform in [low, high).
  double uniform(double low, double high);

  /// Uniform in [0, bound), without bias. Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  /// Mean 0, standard deviation 1 (Box and Muller 1958).
  double normal();

private:
  std::uint64_t state_[4];
};

} // namespace dk
