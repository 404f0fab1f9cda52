#include "data/shuffle.hpp"

#include "common/random.hpp"

namespace dk::data {

row_order::row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle)
    : rows_(rows), shuffled_(shuffle && rows > 1) {
  unsigned bits = 2; // both halves hold a bit at least
  while (bits < 64 && (rows - 1) >> bits != 0)
    ++bits;
  low_bits_ = bits / 2;
  low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
  high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
  random_stream keys{derive_seed(seed, purpose::shuffle, {epoch})};
  for (auto& key : rounds_)
    key = {keys() | 1U, keys()};
}

} // namespace dk::data
