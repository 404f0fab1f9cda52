#include "runtime/laboratory/network_cards.hpp"

#include "runtime/laboratory/virtual_seconds.hpp"

#include <algorithm>
#include <utility>

namespace dk {

network_cards::network_cards(std::size_t hosts, double bandwidth) : cards_(hosts), bandwidth_(bandwidth) {}

std::optional<network_cards::time_point> network_cards::send(time_point now, std::uint64_t number,
                                                             const passage& what) {
  const auto hosts = static_cast<std::uint32_t>(cards_.size());
  auto& mine = cards_.at(what.from);
  const auto distance = (what.to + hosts - what.from) % hosts;
  mine.waiting[{distance, what.worker, what.shard}].push_back({number, what.to, what.bytes});
  if (std::exchange(mine.awake, true))
    return {};
  return now;
}

network_cards::progress network_cards::proceed(time_point now, std::uint32_t host) {
  auto& mine = cards_.at(host);
  progress made;
  if (std::exchange(mine.sending, false))
    end_piece(mine, now, made);
  mine.awake = !mine.waiting.empty();
  if (mine.awake)
    made.next = begin_piece(mine, now);
  return made;
}

// The piece was sent, and is received.
void network_cards::end_piece(card& of, time_point now, progress& made) {
  const auto queue = of.waiting.find(*of.turn);
  auto& first = queue->second.front();
  const auto piece = std::min(first.left, piece_bytes);
  auto& other = cards_.at(first.to);
  other.free_to_hear = std::max(now, std::max(other.free_to_hear, of.began) + time_of(piece));
  made.received = other.free_to_hear;
  first.left -= piece;
  if (first.left == 0) {
    made.whole = first.number;
    queue->second.pop_front();
  }
  if (queue->second.empty())
    of.waiting.erase(queue);
}

std::chrono::nanoseconds network_cards::time_of(std::uint64_t bytes) const {
  if (bandwidth_ <= 0)
    return std::chrono::nanoseconds::zero();
  return virtual_seconds(static_cast<double>(bytes) / bandwidth_);
}

// The next connection's turn. @return when its piece will be sent
network_cards::time_point network_cards::begin_piece(card& of, time_point now) {
  auto next = of.turn ? of.waiting.upper_bound(*of.turn) : of.waiting.begin();
  if (next == of.waiting.end())
    next = of.waiting.begin();
  of.turn = next->first;
  of.sending = true;
  of.began = now;
  return now + time_of(std::min(next->second.front().left, piece_bytes));
}

} // namespace dk
