#include "runtime/transport/warehouse.hpp"

#include "common/error.hpp"

namespace dk {

namespace {

template <class Map>
void forget_in(Map& all, const caf::actor_addr& other) {
  for (auto one = all.begin(); one != all.end();)
    one = one->first.first == other ? all.erase(one) : std::next(one);
}

} // namespace

void warehouse::put(const caf::actor_addr& sender, const piece& some) {
  if (some.total > most_ || some.first > some.total || some.count > some.total - some.first)
    throw failure{errc::connect, "a piece came of " + std::to_string(some.total) + " bytes, where at most " +
                                     std::to_string(most_) + " are expected"};
  auto& of = arrivals_[{sender, some.number}];
  if (of.here == 0)
    of.total = some.total;
  if (of.total != some.total)
    throw failure{errc::connect, "pieces came that do not belong together"};
  of.data.add(some);
  of.here += some.count;
}

std::vector<cargo> warehouse::take(const caf::actor_addr& sender, const manifest& of) {
  std::vector<cargo> all;
  for (const auto& one : of.bills) {
    cargo whole{one.form, one.size, nullptr, one.bytes};
    if (const auto found = arrivals_.find({sender, one.number}); found != arrivals_.end()) {
      if (found->second.here == one.bytes && found->second.total == one.bytes)
        whole.data = std::move(found->second.data).whole();
      arrivals_.erase(found);
    }
    if (!whole.data && one.bytes != 0)
      throw failure{errc::connect, "a part of " + std::to_string(one.bytes) + " bytes has not come whole"};
    all.push_back(std::move(whole));
  }
  return all;
}

manifest warehouse::keep(const caf::actor_addr& receiver, const std::vector<cargo>& all) {
  manifest list;
  for (const auto& one : all) {
    list.bills.push_back({next_, one.form, one.size, one.bytes});
    if (one.bytes != 0)
      kept_[{receiver, next_}] = one;
    ++next_;
  }
  return list;
}

piece warehouse::give(const caf::actor_addr& receiver, const piece_request& wanted) {
  const auto found = kept_.find({receiver, wanted.number});
  if (found == kept_.end() || wanted.first > found->second.bytes || wanted.count > found->second.bytes - wanted.first)
    throw failure{errc::connect, "there is no such part"};
  const auto& whole = found->second;
  piece some{wanted.number, whole.bytes, wanted.first, wanted.count, {whole.data, whole.data.get() + wanted.first}};
  if (wanted.first + wanted.count == whole.bytes)
    kept_.erase(found);
  return some;
}

void warehouse::forget(const caf::actor_addr& other) {
  forget_in(arrivals_, other);
  forget_in(kept_, other);
}

} // namespace dk
