#include "actors/protocol/chunk_set.hpp"

#include "common/random.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk;

namespace {

void check_same(const chunk_set& chunks, const std::set<std::uint64_t>& plain, const chunk_grid& grid) {
  std::uint64_t rows = 0;
  for (const auto number : plain)
    rows += grid.range(grid.chunk(number)).size();
  std::uint64_t missing = 0;
  for (; plain.count(missing) != 0; ++missing)
    continue;
  CHECK(chunks.size() == plain.size());
  CHECK(chunks.rows(grid) == rows);
  CHECK(chunks.first_missing() == missing);
  for (std::uint64_t i = 0; i < grid.chunks(); ++i)
    if (chunks.has(i) != (plain.count(i) != 0))
      FAIL("chunk " << i);
}

} // namespace

TEST_CASE("a set of chunks is what was put in, in any order", "[actors][chunk_set]") {
  const chunk_grid grid{97, 10, 40}; // the last chunk of an epoch is short
  random_stream random{GENERATE(1U, 2U, 3U)};
  chunk_set chunks;
  std::set<std::uint64_t> plain;
  for (int i = 0; i < 1500; ++i) {
    const auto number = random.below(grid.chunks());
    CHECK(chunks.add(number) == plain.insert(number).second);
    if (i % 100 == 0)
      check_same(chunks, plain, grid);
  }
  for (std::uint64_t i = 0; i < grid.chunks(); ++i) {
    chunks.add(i);
    plain.insert(i);
  }
  check_same(chunks, plain, grid);
  CHECK(chunks == chunk_set::up_to(grid.chunks()));
  CHECK_FALSE(chunks.has(grid.chunks()));
}

TEST_CASE("a set of chunks does not grow with what is done", "[actors][chunk_set]") {
  const chunk_grid grid{200, 10, 1'000'000'000};
  auto chunks = chunk_set::up_to(grid.chunks() - 5);
  CHECK(chunks.words().size() == 1);
  CHECK(chunks.rows(grid) == grid.total_rows() - 50);
  CHECK(chunks.first_missing() == grid.chunks() - 5);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    chunks.add(grid.chunks() + i); // ahead of the missing ones
    chunks.add(grid.chunks() - 5 + i);
  }
  CHECK(chunks.words().size() <= 2);
  CHECK(chunk_set::up_to(128).words().empty());
  CHECK(chunk_set::up_to(0) == chunk_set{});
}

TEST_CASE("what two sets of chunks have in common", "[actors][chunk_set]") {
  auto a = chunk_set::up_to(130);
  a.add(200);
  a.add(300);
  auto b = chunk_set::up_to(65);
  b.add(129);
  b.add(200);
  auto both = chunk_set::up_to(65);
  both.add(129);
  both.add(200);
  CHECK(chunk_set::common(a, b) == both);
  CHECK(chunk_set::common(b, a) == both);
  CHECK(chunk_set::common(a, {}) == chunk_set{});
  CHECK(chunk_set{0, {~std::uint64_t{0}, 3, 0}} == chunk_set::up_to(66));
}
