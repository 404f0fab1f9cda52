#pragma once

#include <cstddef>
#include <cstdint>

namespace dk {

/// How the numbers of an exchange are written.
enum class number_form : std::uint8_t {
  fp32,  ///< as they are
  fp16,  ///< IEEE half precision: 11 bits of precision, down to 6e-8
  bf16,  ///< the upper half of a float32: 8 bits of precision, its whole range
  int8,  ///< whole numbers from -127 to 127, and a scale for each int8_block of them
  top_k, ///< those with the largest magnitudes, each with its position
};

/// What an exchange does to its numbers (trainer.compress).
struct compression {
  number_form form = number_form::fp32;
  double part = 0; ///< of top_k: how many of the numbers are sent

  bool none() const { return form == number_form::fp32; }
};

inline bool operator==(const compression& a, const compression& b) {
  return a.form == b.form && a.part == b.part;
}

/// Numbers of int8 that share a scale.
constexpr std::size_t int8_block = 128;

/// Whether what one commit loses is added to the next one (error feedback): Seide et al., "1-bit stochastic gradient
/// descent" (Interspeech 2014); for top_k, Stich et al., "Sparsified SGD with memory" (NeurIPS 2018). The 16-bit forms
/// lose so little that it would gain nothing.
bool feeds_back(number_form form);

/// How many of `size` numbers top_k sends: at least one, if there are any.
std::size_t sent_numbers(const compression& how, std::size_t size);

/// What a commit of `size` numbers takes, in bytes, without its head.
std::size_t commit_bytes(const compression& how, std::size_t size);

/// What a center of `size` numbers takes that is `commits` after the one which the worker has.
std::size_t center_bytes(const compression& how, std::size_t size, std::uint64_t commits);

} // namespace dk
