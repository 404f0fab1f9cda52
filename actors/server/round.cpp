#include "actors/server/round.hpp"

#include <algorithm>

namespace dk {

namespace {

block zeros(std::size_t size) {
  block_writer made{size};
  std::fill_n(made.data(), size, 0.0F);
  return std::move(made).done();
}

} // namespace

bool round::add(const commit& from, std::uint64_t number, const commit_lengths& lengths) {
  auto& mine = shares_[from.worker];
  if (mine.sum.empty())
    mine.sum = zeros(from.delta.size());
  block_writer next{from.delta.size()};
  if (!from.delta.add_to(mine.sum.data(), 1, next.data()))
    return false;
  mine.sum = std::move(next).done();
  mine.rows += from.rows.size();
  rows_ += from.rows.size();
  numbers_.insert(number);
  order_.push_back({from.worker, from.chunk, from.rows, from.base, lengths, from.rate});
  return true;
}

double round::weight_of(std::uint32_t worker, bool mean_by_rows) const {
  return mean_by_rows ? static_cast<double>(shares_.at(worker).rows) / static_cast<double>(rows_) : 1;
}

block round::total(bool mean_by_rows) const {
  auto sum = zeros(shares_.begin()->second.sum.size());
  for (const auto& [worker, part] : shares_) {
    block_writer next{sum.size()};
    delta{part.sum}.add_to(sum.data(), static_cast<float>(weight_of(worker, mean_by_rows)), next.data());
    sum = std::move(next).done();
  }
  return sum;
}

} // namespace dk
