#include "actors/ledger/work_list.hpp"

#include <algorithm>
#include <utility>

namespace dk {

work_list::work_list(chunk_grid grid, assignment how, std::uint32_t workers)
    : grid_(grid), how_(how), workers_(workers) {}

void work_list::keep_to_one_epoch() {
  const auto first =
      came_back_.empty() ? taken_.first_missing() : std::min(*came_back_.begin(), taken_.first_missing());
  if (first >= grid_.chunks())
    return;
  epoch_ = grid_.chunk(first).epoch;
  open_in_epoch_ = 0;
  const auto begin = grid_.number({*epoch_, 0});
  for (auto number = begin; number < begin + grid_.chunks_per_epoch(); ++number)
    open_in_epoch_ += !taken_.has(number) || came_back_.count(number) != 0 ? 1U : 0U;
}

void work_list::count_open(std::uint64_t number, bool one_more) {
  if (!epoch_ || grid_.chunk(number).epoch != *epoch_)
    return;
  if (one_more)
    ++open_in_epoch_;
  else
    --open_in_epoch_;
}

void work_list::mark_done(const chunk_set& chunks) {
  taken_ = chunks;
  done_ = chunks.size();
  done_rows_ = chunks.rows(grid_);
}

void work_list::prefer(std::uint32_t worker, const std::vector<row_range>& rows) {
  auto& mine = preferences_[worker];
  mine = {};
  auto from = rows.begin();
  for (std::uint32_t index = 0; index < grid_.chunks_per_epoch(); ++index) {
    const auto chunk = grid_.range({0, index});
    while (from != rows.end() && from->last <= chunk.first)
      ++from;
    std::uint64_t there = 0;
    for (auto some = from; some != rows.end() && some->first < chunk.last; ++some)
      there += std::min(some->last, chunk.last) - std::max(some->first, chunk.first);
    if (2 * there <= chunk.size())
      continue;
    if (!mine.chunks.empty() && mine.chunks.back().last == index)
      ++mine.chunks.back().last;
    else
      mine.chunks.push_back({index, index + 1});
  }
}

std::optional<lease> work_list::take(std::uint32_t worker) {
  if (!has_open())
    return std::nullopt;
  const auto number = next_open(worker);
  if (!number)
    return std::nullopt;
  taken_.add(*number);
  count_open(*number, false);
  leases_[++newest_] = {worker, *number, false};
  held_[worker].insert(newest_);
  return describe(newest_, *number);
}

bool work_list::finish(std::uint64_t lease_number) {
  const auto found = leases_.find(lease_number);
  if (found == leases_.end())
    return false;
  const auto number = found->second.number;
  ++done_;
  done_rows_ += grid_.range(grid_.chunk(number)).size();
  forget(found);
  return true;
}

bool work_list::give_back(std::uint64_t lease_number) {
  const auto found = leases_.find(lease_number);
  if (found == leases_.end())
    return false;
  count_open(found->second.number, true);
  came_back_.insert(found->second.number);
  forget(found);
  ++returned_;
  return true;
}

void work_list::forget(std::map<std::uint64_t, holding>::iterator which) {
  trained_ -= which->second.trained ? 1U : 0U;
  held_[which->second.worker].erase(which->first);
  leases_.erase(which);
}

void work_list::mark_trained(std::uint64_t lease_number) {
  const auto found = leases_.find(lease_number);
  if (found != leases_.end() && !std::exchange(found->second.trained, true))
    ++trained_;
}

std::optional<lease> work_list::in_training_by(std::uint32_t worker) const {
  const auto found = held_.find(worker);
  if (found == held_.end())
    return std::nullopt;
  for (const auto number : found->second)
    if (const auto& held = leases_.at(number); !held.trained)
      return describe(number, held.number);
  return std::nullopt;
}

std::vector<lease> work_list::held_by(std::uint32_t worker) const {
  std::vector<lease> held;
  if (const auto found = held_.find(worker); found != held_.end())
    for (const auto number : found->second)
      held.push_back(describe(number, leases_.at(number).number));
  return held;
}

std::optional<work_list::holder> work_list::holder_of(std::uint64_t lease_number) const {
  const auto found = leases_.find(lease_number);
  if (found == leases_.end())
    return std::nullopt;
  return holder{found->second.worker, describe(lease_number, found->second.number)};
}

std::optional<std::uint64_t> work_list::next_open(std::uint32_t worker) {
  if (!came_back_.empty()) {
    const auto number = *came_back_.begin();
    came_back_.erase(came_back_.begin());
    return number;
  }
  if (how_ == assignment::fixed)
    if (const auto own = next_of_share(worker))
      return own;
  if (how_ == assignment::dynamic)
    if (const auto near = next_preferred(worker))
      return near;
  const auto number = taken_.first_missing();
  return number < grid_.chunks() ? std::optional{number} : std::nullopt;
}

// Worker w of n owns chunks [w c/n, (w+1) c/n) of each epoch's c; it goes through them epoch by epoch.
std::optional<std::uint64_t> work_list::next_of_share(std::uint32_t worker) {
  const auto per_epoch = grid_.chunks_per_epoch();
  const auto slot = worker % workers_;
  const auto first = slot * per_epoch / workers_;
  const auto size = (slot + 1) * per_epoch / workers_ - first;
  if (size == 0)
    return std::nullopt;
  auto& cursor = share_cursor_[slot];
  cursor = std::max(cursor, taken_.first_missing() / per_epoch * size); // of epochs that all have been through
  const auto end = epoch_ ? size * (*epoch_ + 1) : size * grid_.epochs;
  for (; cursor < end; ++cursor) {
    const auto number = cursor / size * per_epoch + first + cursor % size;
    if (!taken_.has(number))
      return number;
  }
  return std::nullopt;
}

// Of the first epoch that is not all taken: epochs follow each other whoever has which rows.
std::optional<std::uint64_t> work_list::next_preferred(std::uint32_t worker) {
  const auto found = preferences_.find(worker);
  const auto first = taken_.first_missing();
  if (found == preferences_.end() || first >= grid_.chunks())
    return std::nullopt;
  auto& mine = found->second;
  const auto epoch = grid_.chunk(first).epoch;
  if (mine.epoch != epoch) {
    mine.epoch = epoch;
    mine.run = 0;
    mine.next = 0;
  }
  const auto begin = grid_.number({epoch, 0});
  for (; mine.run < mine.chunks.size(); ++mine.run)
    for (mine.next = std::max(mine.next, mine.chunks[mine.run].first); mine.next < mine.chunks[mine.run].last;
         ++mine.next)
      if (!taken_.has(begin + mine.next))
        return begin + mine.next;
  return std::nullopt;
}

lease work_list::describe(std::uint64_t lease_number, std::uint64_t number) const {
  const auto chunk = grid_.chunk(number);
  return {lease_number, chunk, grid_.range(chunk)};
}

} // namespace dk
