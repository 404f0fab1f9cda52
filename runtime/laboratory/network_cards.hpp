#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace dk {

/// A message between a worker and a shard, on its way from one host to another.
struct passage {
  std::uint32_t from = 0; ///< hosts
  std::uint32_t to = 0;
  std::uint32_t worker = 0; ///< its connection, whose messages arrive in the order in which they were sent
  std::uint32_t shard = 0;
  std::uint64_t bytes = 0;
};

/// The network cards of all hosts. Between them is a switch without a limit. A card sends and receives at its bandwidth
/// at the same time. Messages are cut into pieces; a card sends one piece of each of its connections in turn, and
/// receives pieces in the order in which they were sent: so all connections through a card get about the same part of
/// its bandwidth, as those of TCP do. A piece is received while it is sent, unless the other card is busy.
/// It knows no clock: the owner says what time it is, and comes back when a piece is sent.
class network_cards {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::uint64_t piece_bytes = std::uint64_t{64} << 10U;

  /// @param bandwidth of each card, each way, in bytes per second; 0: no limit
  network_cards(std::size_t hosts, double bandwidth);

  /// Hands a message to its sender's card. @param number which message it is
  /// @return when to let the card proceed, if it had nothing to send so far: now, but after all else that is sent now
  std::optional<time_point> send(time_point now, std::uint64_t number, const passage& what);

  struct progress {
    std::optional<std::uint64_t> whole; ///< the message whose last piece was sent
    time_point received;                ///< when that one is received
    std::optional<time_point> next;     ///< when to let the card proceed again, if it has something to send
  };

  /// The card of this host has sent its piece, if it was sending one, and begins with the next. Requires that send or
  /// proceed has named this time.
  progress proceed(time_point now, std::uint32_t host);

private:
  struct message {
    std::uint64_t number;
    std::uint32_t to;
    std::uint64_t left; // bytes
  };

  // The other host, counted from the card's own: so the turns of all cards begin with another receiver each.
  using connection = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

  struct card {
    std::map<connection, std::deque<message>> waiting;
    std::optional<connection> turn; // whose piece is being sent, or was sent last
    bool awake = false;             // proceed will be called
    bool sending = false;           // a piece
    time_point began;               // to send the piece
    time_point free_to_hear;        // when it has received all pieces so far
  };

  std::chrono::nanoseconds time_of(std::uint64_t bytes) const;
  time_point begin_piece(card& of, time_point now);
  void end_piece(card& of, time_point now, progress& made);

  std::vector<card> cards_; // by host
  double bandwidth_;
};

} // namespace dk
