#include "runtime/laboratory/network_cards.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace dk;

namespace {

constexpr auto card_piece = network_cards::piece_bytes;

/// Cards that take a second for each piece, and their clock.
class cards_of_a_second {
public:
  explicit cards_of_a_second(std::size_t hosts) : cards_(hosts, double{card_piece}) {}

  /// At time 0.
  void send(std::uint64_t number, const passage& what) {
    if (const auto due = cards_.send({}, number, what))
      due_.emplace(*due, what.from);
  }

  /// When each message was received, in seconds.
  std::map<std::uint64_t, double> received() {
    std::map<std::uint64_t, double> all;
    while (!due_.empty()) {
      const auto [now, host] = *due_.begin();
      due_.erase(due_.begin());
      const auto made = cards_.proceed(now, host);
      if (made.whole)
        all[*made.whole] = std::chrono::duration<double>(made.received.time_since_epoch()).count();
      if (made.next)
        due_.emplace(*made.next, host);
    }
    return all;
  }

private:
  network_cards cards_;
  std::multimap<network_cards::time_point, std::uint32_t> due_;
};

using times = std::map<std::uint64_t, double>;

} // namespace

TEST_CASE("a message alone takes its bytes divided by the bandwidth", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{2};
  cards.send(1, {0, 1, 0, 0, 5 * card_piece / 2});
  CHECK(cards.received() == times{{1, 2.5}});
}

TEST_CASE("the connections through a card take turns", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{3};
  cards.send(1, {0, 1, 0, 0, 2 * card_piece});
  cards.send(2, {0, 2, 0, 1, 2 * card_piece});
  CHECK(cards.received() == times{{1, 3}, {2, 4}});
}

TEST_CASE("a card receives one piece at a time", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{3};
  cards.send(1, {0, 2, 0, 0, 2 * card_piece});
  cards.send(2, {1, 2, 1, 0, 2 * card_piece});
  CHECK(cards.received() == times{{1, 3}, {2, 4}});
}

TEST_CASE("a card sends and receives at the same time", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{2};
  cards.send(1, {0, 1, 0, 0, 2 * card_piece});
  cards.send(2, {1, 0, 0, 0, 2 * card_piece});
  CHECK(cards.received() == times{{1, 2}, {2, 2}});
}

TEST_CASE("the messages of a connection arrive in order", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{2};
  cards.send(1, {0, 1, 0, 0, card_piece});
  cards.send(2, {0, 1, 0, 0, 2 * card_piece});
  cards.send(3, {0, 1, 1, 0, 2 * card_piece}); // of another worker
  CHECK(cards.received() == times{{1, 1}, {2, 5}, {3, 4}});
}

TEST_CASE("cards that send to all others do not meet at one of them", "[runtime][laboratory][hosts]") {
  cards_of_a_second cards{4};
  for (std::uint32_t from = 0; from < 4; ++from)
    for (std::uint32_t to = 0; to < 4; ++to)
      if (from != to)
        cards.send(4 * from + to, {from, to, from, to, card_piece});
  for (const auto& [number, time] : cards.received())
    CHECK(time == static_cast<double>((number % 4 + 4 - number / 4) % 4)); // the next host first
}

TEST_CASE("cards without a limit take no time", "[runtime][laboratory][hosts]") {
  network_cards cards{2, 0};
  const auto due = cards.send({}, 1, {0, 1, 0, 0, card_piece});
  REQUIRE(due);
  CHECK(cards.proceed(*due, 0).next == network_cards::time_point{});
  const auto made = cards.proceed(*due, 0);
  CHECK(made.whole == 1);
  CHECK(made.received == network_cards::time_point{});
  CHECK_FALSE(made.next);
}
