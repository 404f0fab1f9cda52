#pragma once

#include "runtime/transport/cargo.hpp"
#include "runtime/transport/messages.hpp"

#include <caf/actor_addr.hpp>
#include <map>
#include <utility>

namespace dk {

/// The cargo that an actor has in hand for others, piece by piece: what they send it until it is whole and belongs to a
/// message, and what they fetch. What was fetched to its end is no longer there.
class warehouse {
public:
  /// @param most bytes that one cargo may have
  explicit warehouse(std::uint64_t most) : most_(most) {}

  /// Takes a piece in. @throws failure (connect)
  void put(const caf::actor_addr& sender, const piece& some);

  /// The cargo of a message of this sender. @throws failure (connect) when a part is missing
  std::vector<cargo> take(const caf::actor_addr& sender, const manifest& of);

  /// Keeps what this receiver will fetch.
  manifest keep(const caf::actor_addr& receiver, const std::vector<cargo>& all);

  /// @throws failure (connect) when there is no such thing
  piece give(const caf::actor_addr& receiver, const piece_request& wanted);

  /// Nothing is for this one any more.
  void forget(const caf::actor_addr& other);

private:
  using key = std::pair<caf::actor_addr, std::uint64_t>;
  struct arrival {
    assembly data;
    std::uint64_t total = 0;
    std::uint64_t here = 0;
  };

  std::uint64_t most_;
  std::uint64_t next_ = 1;
  std::map<key, arrival> arrivals_;
  std::map<key, cargo> kept_;
};

} // namespace dk
