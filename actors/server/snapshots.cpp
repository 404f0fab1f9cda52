#include "actors/server/snapshots.hpp"

namespace dk {

void snapshots::begin(const center& first) {
  blocks_[first.version] = {first.weights, 1};
}

void snapshots::give(std::uint32_t worker, const center& newest) {
  if (blocks_.empty())
    return;
  auto& here = blocks_[newest.version];
  here.weights = newest.weights;
  ++here.users;
  const auto before = version_of_.find(worker);
  if (before != version_of_.end())
    let_go(before->second);
  version_of_[worker] = newest.version;
}

block snapshots::find(std::uint64_t version) const {
  const auto found = blocks_.find(version);
  return found == blocks_.end() ? block{} : found->second.weights;
}

void snapshots::let_go(std::uint64_t version) {
  const auto found = blocks_.find(version);
  if (--found->second.users == 0)
    blocks_.erase(found);
}

} // namespace dk
