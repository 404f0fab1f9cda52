#include "actors/protocol/compressed.hpp"

#include "actors/protocol/center_update.hpp"
#include "actors/protocol/delta.hpp"
#include "actors/worker/error_feedback.hpp"
#include "tests/blocks.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace dk;
using namespace dk::test;

namespace {

using limits = std::numeric_limits<float>;

std::vector<float> after(number_form form, const std::vector<float>& numbers, double part = 0) {
  return numbers_of(compress({form, part}, numbers.data(), numbers.size()).numbers());
}

float through(number_form form, float x) {
  return after(form, {x}).front();
}

std::vector<float> drawn(std::size_t size, unsigned seed) {
  std::mt19937 random{seed};
  std::normal_distribution<float> normal{0, 0.01F};
  std::vector<float> all(size);
  for (auto& x : all)
    x = normal(random);
  return all;
}

} // namespace

TEST_CASE("fp16 rounds to the nearest half, ties to even", "[actors][compression]") {
  const auto half = [](float x) { return through(number_form::fp16, x); };
  CHECK(half(1.5F) == 1.5F);
  CHECK(half(1 + 0x1p-11F) == 1);               // a tie
  CHECK(half(1 + 0x3p-11F) == 1 + 0x2p-10F);    // the other way
  CHECK(half(1 + 0x1.02p-11F) == 1 + 0x1p-10F); // just above one
  CHECK(half(65504) == 65504);                  // the largest
  CHECK(half(65519) == 65504);
  CHECK(half(65520) == limits::infinity());
  CHECK(half(-1e30F) == -limits::infinity());
  CHECK(half(0x1p-14F) == 0x1p-14F); // the smallest of full precision
  CHECK(half(0x1p-24F) == 0x1p-24F); // the smallest of all
  CHECK(half(0x1p-25F) == 0);        // a tie
  CHECK(half(0x3p-25F) == 0x1p-23F);
  CHECK(half(1e-40F) == 0);
  CHECK(std::signbit(half(-0.0F)));
  CHECK(std::isnan(half(limits::quiet_NaN())));
  CHECK(half(limits::infinity()) == limits::infinity());
  for (std::uint32_t bits = 0; bits < 0x7c00U; ++bits) { // every one is its own nearest
    const auto x = std::ldexp(static_cast<float>(bits < 0x400U ? bits : (bits & 0x3ffU) | 0x400U),
                              static_cast<int>(bits < 0x400U ? 0 : (bits >> 10U) - 1) - 24);
    if (half(x) != x)
      FAIL("half " << bits << " is " << x << " and becomes " << half(x));
  }
}

TEST_CASE("bf16 rounds to the upper half of a float32, ties to even", "[actors][compression]") {
  const auto brief = [](float x) { return through(number_form::bf16, x); };
  CHECK(brief(1.5F) == 1.5F);
  CHECK(brief(1 + 0x1p-8F) == 1);
  CHECK(brief(1 + 0x3p-8F) == 1 + 0x2p-7F);
  CHECK(brief(1e-40F) == 0x1p-133F);
  CHECK(brief(limits::max()) == limits::infinity());
  CHECK(std::isnan(brief(limits::quiet_NaN())));
  CHECK(brief(-limits::infinity()) == -limits::infinity());
}

TEST_CASE("int8 has a scale for each 128 numbers", "[actors][compression]") {
  CHECK(after(number_form::int8, {127, -63.4F, 0.5F, 1.5F, 0}) == std::vector<float>{127, -63, 0, 2, 0});
  std::vector<float> two(130, 1.0F);
  two[129] = -2.54F;
  two[128] = 0.029F;
  const auto both = after(number_form::int8, two);
  CHECK(both[0] == 1);
  CHECK(both[129] == Approx(-2.54F));
  CHECK(both[128] == Approx(0.02F));
  CHECK(after(number_form::int8, {0, 0}) == std::vector<float>{0, 0});
  CHECK(after(number_form::int8, {1e-38F, -1e-40F}) == std::vector<float>{0, 0});
  for (const float poison : {limits::infinity(), limits::quiet_NaN()})
    CHECK(std::isnan(after(number_form::int8, {1, poison})[0]));
}

TEST_CASE("top_k sends the largest magnitudes, of equal ones the first", "[actors][compression]") {
  CHECK(after(number_form::top_k, {1, -5, 2, 5, 0}, 0.4) == std::vector<float>{0, -5, 0, 5, 0});
  CHECK(after(number_form::top_k, {3, -3, 3, 3}, 0.5) == std::vector<float>{3, -3, 0, 0});
  CHECK(after(number_form::top_k, {1, 2, 3}, 1) == std::vector<float>{1, 2, 3});
  CHECK(after(number_form::top_k, {1, 2, 3}, 0.0001) == std::vector<float>{0, 0, 3});
  CHECK(std::isnan(after(number_form::top_k, {9, limits::quiet_NaN()}, 0.5)[1]));
  const auto many = drawn(10'000, 1);
  auto sorted = many;
  std::sort(sorted.begin(), sorted.end(), [](float a, float b) { return std::abs(a) > std::abs(b); });
  const auto sent = after(number_form::top_k, many, 0.01);
  CHECK(std::count_if(sent.begin(), sent.end(), [](float x) { return x != 0; }) == 100);
  for (std::size_t i = 0; i < many.size(); ++i)
    if ((std::abs(many[i]) >= std::abs(sorted[99])) != (sent[i] == many[i]))
      FAIL("number " << i);
}

TEST_CASE("each form takes the bytes that it says", "[actors][compression]") {
  const auto numbers = drawn(100'000, 2);
  for (const auto& [form, percent] : {std::pair{number_form::fp16, 50.2},
                                      {number_form::bf16, 50.2},
                                      {number_form::int8, 25.8},
                                      {number_form::top_k, 2.2}}) {
    const compression how{form, 0.01};
    const auto made = compress(how, numbers.data(), numbers.size());
    CHECK(made.bytes() == commit_bytes(how, numbers.size()));
    CHECK(static_cast<double>(made.bytes()) <= percent / 100 * 4 * static_cast<double>(numbers.size()));
    CHECK(made.is_sound());
  }
}

TEST_CASE("a compressed delta adds and is measured as its numbers are", "[actors][compression][delta]") {
  const auto size = 10'000;
  const auto now = drawn(size, 3);
  const auto base = drawn(size, 4);
  const auto numbers = drawn(size, 5);
  for (const auto form : {number_form::fp16, number_form::bf16, number_form::int8, number_form::top_k}) {
    const delta packed{compress({form, 0.1}, numbers.data(), numbers.size())};
    const delta plain{packed.numbers()};
    std::vector<float> one(size);
    std::vector<float> other(size);
    CHECK(packed.add_to(now.data(), 0.7F, one.data()));
    CHECK(plain.add_to(now.data(), 0.7F, other.data()));
    CHECK(one == other);
    CHECK(packed.measure(now.data(), base.data(), base.data()).along ==
          plain.measure(now.data(), base.data(), base.data()).along);
  }
  const std::vector<float> poison{1, limits::infinity()};
  for (const auto form : {number_form::fp16, number_form::bf16, number_form::int8, number_form::top_k}) {
    std::vector<float> next(2);
    CHECK_FALSE(delta{compress({form, 0.5}, poison.data(), 2)}.add_to(now.data(), 1, next.data()));
  }
}

TEST_CASE("what a commit loses goes into the next one", "[actors][compression]") {
  const compression how{number_form::top_k, 0.5};
  const auto first = compress(how, block_of({4, 1}), {});
  CHECK(numbers_of(first.sent.numbers()) == std::vector<float>{4, 0});
  CHECK(numbers_of(first.unsent) == std::vector<float>{0, 1});
  const auto second = compress(how, block_of({1, 1}), first.unsent);
  CHECK(numbers_of(second.sent.numbers()) == std::vector<float>{0, 2});
  CHECK(numbers_of(second.unsent) == std::vector<float>{1, 0});
  CHECK(compress({number_form::fp16}, block_of({4.0001F}), {}).unsent.empty());
  CHECK(compress({}, block_of({4}), {}).sent.packed().empty());
}

TEST_CASE("a center that is sent as a difference comes closer with each", "[actors][compression]") {
  const auto size = 1'000;
  const auto now = block_of(drawn(size, 6));
  for (const auto form : {number_form::fp16, number_form::bf16, number_form::int8}) {
    center has{0, block_of(drawn(size, 7))};
    double off = 1;
    for (std::uint64_t version = 1; version < 4; ++version) {
      const auto update = update_of({form}, {version, now}, has);
      CHECK(update.what == center_update::kind::difference);
      auto arrived = update;
      arrived.weights = {};
      has = updated(has, arrived);
      CHECK(numbers_of(has.weights) == numbers_of(update.weights)); // as the shard thinks
      double now_off = 0;
      for (std::size_t i = 0; i < size; ++i)
        now_off = std::max(now_off, std::abs(double{now[i]} - double{has.weights[i]}));
      CHECK(now_off <= std::max(off / 50, 1e-7)); // as near as a float32 comes
      off = now_off;
    }
  }
}

TEST_CASE("under top_k a center arrives as it is", "[actors][compression]") {
  const compression how{number_form::top_k, 0.25};
  const center has{4, block_of({1, 2, 3, 4, 5, 6, 7, 8})};
  const auto update = update_of(how, {5, block_of({1, 2, 3, 4, 9, 6, 7, -8})}, has);
  CHECK(update.what == center_update::kind::patch);
  CHECK(update.bytes() == 16);
  auto arrived = update;
  arrived.weights = {};
  CHECK(numbers_of(updated(has, arrived).weights) == std::vector<float>{1, 2, 3, 4, 9, 6, 7, -8});
  CHECK(update_of(how, {5, block_of({0, 0, 0, 4, 5, 6, 7, 8})}, has).what == center_update::kind::whole);
  CHECK(update_of(how, {4, has.weights}, has).what == center_update::kind::unchanged);
  CHECK(update_of(how, {5, has.weights}, {}).what == center_update::kind::whole);
  CHECK(update_of({}, {5, has.weights}, has).what == center_update::kind::whole);
}

TEST_CASE("a center that does not fit what the worker has is refused", "[actors][compression]") {
  const center has{4, block_of({1, 2})};
  const auto now = block_of({1.5F, 2});
  auto update = update_of({number_form::fp16}, {5, now}, has);
  update.weights = {};
  CHECK_THROWS_WITH(updated({3, has.weights}, update), Catch::Contains("another one"));
  CHECK_THROWS_WITH(updated({4, block_of({1})}, update), Catch::Contains("another size"));
  CHECK_THROWS_WITH(updated(has, {}), Catch::Contains("without its numbers"));
}
