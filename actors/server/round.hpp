#pragma once

#include "actors/protocol/fold.hpp"

#include <map>
#include <set>
#include <vector>

namespace dk {

/// What workers commit between two barriers: added up per worker, in the order of their numbers, so that the sum does
/// not depend on who came first.
class round {
public:
  /// Takes a commit in. @param number of its chunk @return false, and takes nothing, when the delta is not finite
  bool add(const commit& from, std::uint64_t number, const commit_lengths& lengths = {});

  bool has(std::uint64_t number) const { return numbers_.count(number) != 0; }
  bool empty() const { return order_.empty(); }
  std::uint64_t rows() const { return rows_; }
  const std::set<std::uint64_t>& numbers() const { return numbers_; }

  /// A commit that was taken in.
  struct entry {
    std::uint32_t worker;
    chunk_id chunk;
    row_range rows;
    std::uint64_t base;
    commit_lengths lengths;
    double rate;
  };
  const std::vector<entry>& order() const { return order_; }

  /// What a worker's deltas count.
  double weight_of(std::uint32_t worker, bool mean_by_rows) const;

  /// All deltas, weighted and added up.
  block total(bool mean_by_rows) const;

private:
  struct share {
    block sum;
    std::uint64_t rows = 0;
  };

  std::map<std::uint32_t, share> shares_; // by worker
  std::vector<entry> order_;
  std::set<std::uint64_t> numbers_;
  std::uint64_t rows_ = 0;
};

} // namespace dk
