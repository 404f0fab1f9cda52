#include "common/error.hpp"
#include "runtime/transport/warehouse.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>
#include <vector>

using namespace dk;

namespace {

constexpr std::size_t many_numbers = 200000; // numbers, more than a little

block numbers_up_to(std::size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 0.0F);
  return block::copy_of(values.data(), values.size());
}

bool same_numbers(const block& a, const block& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

const caf::actor_addr no_sender;

// Through one warehouse into another, in pieces.
std::vector<cargo> carried(const std::vector<cargo>& all, std::uint64_t piece_bytes) {
  warehouse from{1U << 20U};
  warehouse to{1U << 20U};
  const auto list = from.keep(no_sender, all);
  for (const auto& one : list.bills)
    for (std::uint64_t first = 0; first < one.bytes; first += piece_bytes)
      to.put(no_sender, from.give(no_sender, {one.number, first, std::min(piece_bytes, one.bytes - first)}));
  return to.take(no_sender, list);
}

} // namespace

TEST_CASE("large numbers leave a message and come back bit for bit", "[runtime][enlist]") {
  const auto numbers = numbers_up_to(many_numbers);
  commit sent;
  sent.delta = numbers;
  SECTION("as they are") {}
  SECTION("compressed") {
    sent.delta = compress({number_form::int8, 0}, numbers.data(), many_numbers);
  }
  auto message = sent;
  const auto goods = unload(message);
  REQUIRE(goods.size() == 1);
  CHECK(message.delta.size() == 0);
  load(message, carried(goods, 30000));
  CHECK(message.delta.packed().form() == sent.delta.packed().form());
  const auto back = message.delta.packed().empty() ? message.delta.numbers() : message.delta.packed().numbers();
  CHECK(same_numbers(back, sent.delta.packed().empty() ? numbers : sent.delta.packed().numbers()));
}

TEST_CASE("a center that came as a change is one again", "[runtime][enlist]") {
  using kind = center_update::kind;
  const auto numbers = numbers_up_to(many_numbers);
  center_update sent{kind::difference, 7, 6, numbers, compress({number_form::fp16, 0}, numbers.data(), many_numbers)};
  const auto goods = unload(sent);
  REQUIRE(goods.size() == 1);
  CHECK(sent.weights.empty());
  load(sent, carried(goods, 65536));
  CHECK(sent.what == kind::difference);
  CHECK(sent.change.size() == many_numbers);
}

TEST_CASE("what is little stays in its message", "[runtime][enlist]") {
  center small{3, numbers_up_to(1000)};
  CHECK(unload(small).empty());
  load(small, {});
  CHECK(small.weights.size() == 1000);
}

TEST_CASE("pieces that do not fit, and parts that are missing, are refused", "[runtime][enlist]") {
  warehouse goods{1000};
  const auto bytes = pooled_bytes(100);
  CHECK_THROWS_AS(goods.put(no_sender, {1, 2000, 0, 100, bytes}), failure); // more than is expected
  CHECK_THROWS_AS(goods.put(no_sender, {1, 500, 450, 100, bytes}), failure);
  CHECK_THROWS_AS(goods.put(no_sender, {1, 500, ~std::uint64_t{0}, 100, bytes}), failure);
  goods.put(no_sender, {1, 500, 0, 100, bytes});
  CHECK_THROWS_AS(goods.put(no_sender, {1, 400, 0, 100, bytes}), failure); // of another
  CHECK_THROWS_AS(goods.take(no_sender, {{{1, number_form::fp32, 125, 500}}}), failure);
  CHECK_THROWS_AS(goods.give(no_sender, {9, 0, 10}), failure);
  CHECK_THROWS_AS(as_block({number_form::fp32, 100, bytes, 100}), failure);
}
