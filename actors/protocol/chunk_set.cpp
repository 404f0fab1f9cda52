#include "actors/protocol/chunk_set.hpp"

#include <algorithm>
#include <utility>

namespace dk {

namespace {

constexpr std::uint64_t full = ~std::uint64_t{0};

std::uint64_t ones_of(std::uint64_t word) {
  return static_cast<std::uint64_t>(__builtin_popcountll(word));
}

} // namespace

chunk_set::chunk_set(std::uint64_t whole, std::deque<std::uint64_t> words) : whole_(whole), words_(std::move(words)) {
  compact();
}

chunk_set chunk_set::up_to(std::uint64_t chunks) {
  const auto rest = chunks % 64;
  return rest == 0 ? chunk_set{chunks / 64, {}} : chunk_set{chunks / 64, {(std::uint64_t{1} << rest) - 1}};
}

chunk_set chunk_set::common(const chunk_set& a, const chunk_set& b) {
  const auto whole = std::min(a.whole_, b.whole_);
  std::deque<std::uint64_t> words;
  for (auto i = whole; 64 * i < std::min(a.end(), b.end()); ++i)
    words.push_back(a.word(i) & b.word(i));
  return {whole, std::move(words)};
}

std::uint64_t chunk_set::word(std::uint64_t i) const {
  if (i < whole_)
    return full;
  return i - whole_ < words_.size() ? words_[i - whole_] : 0;
}

void chunk_set::compact() {
  for (; !words_.empty() && words_.front() == full; ++whole_)
    words_.pop_front();
  while (!words_.empty() && words_.back() == 0)
    words_.pop_back();
}

bool chunk_set::add(std::uint64_t number) {
  if (has(number))
    return false;
  const auto i = number / 64 - whole_;
  if (i >= words_.size())
    words_.resize(i + 1);
  words_[i] |= std::uint64_t{1} << (number % 64);
  compact();
  return true;
}

std::uint64_t chunk_set::first_missing() const {
  if (words_.empty())
    return 64 * whole_;
  return 64 * whole_ + static_cast<std::uint64_t>(__builtin_ctzll(~words_.front()));
}

std::uint64_t chunk_set::behind_last() const {
  auto last = end();
  while (last > 0 && !has(last - 1))
    --last;
  return last;
}

std::uint64_t chunk_set::size() const {
  std::uint64_t count = 64 * whole_;
  for (const auto word : words_)
    count += ones_of(word);
  return count;
}

std::uint64_t chunk_set::rows(const chunk_grid& grid) const {
  const auto per_epoch = grid.chunks_per_epoch();
  const auto first = 64 * whole_;
  std::uint64_t rows = first / per_epoch * grid.rows + first % per_epoch * grid.chunk_rows;
  for (auto number = first; number < end(); ++number)
    if (has(number))
      rows += grid.range(grid.chunk(number)).size();
  return rows;
}

bool chunk_set::operator==(const chunk_set& other) const {
  return whole_ == other.whole_ && words_ == other.words_;
}

} // namespace dk
