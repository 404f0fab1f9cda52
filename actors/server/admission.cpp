#include "actors/server/admission.hpp"

#include <algorithm>

namespace dk {

bool admission::is_feasible(std::uint64_t version, std::vector<std::uint64_t> bases) const {
  std::sort(bases.begin(), bases.end());
  for (std::size_t k = 0; k < bases.size(); ++k)
    if (version + k - bases[k] > bound_)
      return false;
  return true;
}

std::vector<std::uint64_t> admission::bases_but(std::uint32_t worker) const {
  std::vector<std::uint64_t> bases;
  for (const auto& [id, in] : inside_)
    if (id != worker)
      bases.push_back(in.base);
  return bases;
}

void admission::enter(std::uint32_t worker, std::uint64_t lease, std::uint64_t base) {
  if (const auto over = over_.find(worker); over != over_.end() && lease <= over->second)
    return;
  if (const auto in = inside_.find(worker); in != inside_.end() && in->second.lease == lease)
    return;
  inside_[worker] = {lease, base};
}

bool admission::may_fold(std::uint32_t worker, std::uint64_t version) const {
  return is_feasible(version + 1, bases_but(worker));
}

void admission::leave(std::uint32_t worker, std::uint64_t lease) {
  auto& over = over_[worker];
  over = std::max(over, lease);
  const auto found = inside_.find(worker);
  if (found != inside_.end() && found->second.lease <= lease)
    inside_.erase(found);
}

} // namespace dk
