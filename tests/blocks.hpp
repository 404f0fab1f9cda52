#pragma once

#include "common/block.hpp"

#include <cstring>
#include <vector>

namespace dk::test {

/// Numbers as a block.
inline block block_of(const std::vector<float>& numbers) {
  return block::copy_of(numbers.data(), numbers.size());
}

inline std::vector<float> numbers_of(const block& from) {
  return {from.begin(), from.end()};
}

inline bool same_bits(const block& a, const block& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

} // namespace dk::test
