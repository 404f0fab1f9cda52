#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// The forms in which numbers travel, number by number. Written without branches, so that the compiler may take many at
// a time, and compiled without fused multiply-add: both ends of a connection get the same bits, whatever CPUs they
// have.

namespace dk {

/// To the nearest half-precision number, ties to even; beyond 65,504 to infinity.
void to_fp16(const float* numbers, std::size_t size, std::uint16_t* to);
void from_fp16(const std::uint16_t* numbers, std::size_t size, float* to);

/// To the nearest bfloat16 number, ties to even.
void to_bf16(const float* numbers, std::size_t size, std::uint16_t* to);
void from_bf16(const std::uint16_t* numbers, std::size_t size, float* to);

/// To whole multiples of a scale for each int8_block of the numbers, 1/127 of the largest of them. `scales` is of one
/// number for each block. A block with a number that is not finite becomes all NaN.
void to_int8(const float* numbers, std::size_t size, float* scales, std::int8_t* to);
void from_int8(const float* scales, const std::int8_t* numbers, std::size_t size, float* to);

/// The positions of the `count` numbers with the largest magnitudes, ascending; of equal ones the first. What is not
/// finite is larger than all that is. Requires count <= size, and a size below 2^32.
std::vector<std::uint32_t> largest_of(const float* numbers, std::size_t size, std::size_t count);

/// to = a - b.
void minus(const float* a, const float* b, std::size_t size, float* to);

/// to = a + b.
void plus(const float* a, const float* b, std::size_t size, float* to);

} // namespace dk
