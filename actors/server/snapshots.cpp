#include "actors/server/snapshots.hpp"

#include <tuple>

namespace dk {

bool snapshots::is_late(const asking& request) const {
  const auto found = lanes_.find(request.worker);
  if (found == lanes_.end() || request.base == no_version)
    return false;
  const auto& newest = found->second.newest;
  return std::tie(request.lease, request.base) < std::tie(newest.lease, newest.base);
}

void snapshots::give(const asking& to, const center& newest) {
  if (first_.weights.empty())
    return;
  auto& its = lanes_[to.worker];
  if (to.lease != its.newest.lease || to.base != its.newest.base)
    its.given.clear(); // else this request came twice, and nobody knows which answer arrives first
  its.newest = to;
  its.given[newest.version] = newest.weights;
}

block snapshots::find(std::uint32_t worker, std::uint64_t version) const {
  if (const auto of = lanes_.find(worker); of != lanes_.end())
    if (const auto found = of->second.given.find(version); found != of->second.given.end())
      return found->second;
  return version == first_.version ? first_.weights : block{};
}

std::size_t snapshots::size() const {
  std::size_t all = 0;
  for (const auto& [worker, its] : lanes_)
    all += its.given.size();
  return all;
}

} // namespace dk
