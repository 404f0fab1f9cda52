#include "runtime/enlist/row_split.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dk;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;

std::uint64_t rows_in(const std::vector<row_range>& parts) {
  std::uint64_t next = 0;
  for (const auto& part : parts) {
    CHECK(part.first == next);
    CHECK(part.last > part.first);
    next = part.last;
  }
  return next;
}

// How many nodes have each part.
std::vector<int> holders(const std::vector<std::vector<std::size_t>>& shares, std::size_t parts) {
  std::vector<int> all(parts);
  for (const auto& share : shares) {
    CHECK(std::is_sorted(share.begin(), share.end()));
    for (const auto part : share)
      ++all[part];
  }
  return all;
}

} // namespace

TEST_CASE("rows are cut into parts that lie side by side", "[runtime][row_split]") {
  const auto count = [](std::uint64_t rows, std::uint64_t bytes, std::uint64_t head, std::size_t nodes) {
    const auto parts = split_rows(rows, bytes, head, nodes);
    CHECK(rows_in(parts) == rows);
    return parts.size();
  };
  CHECK(count(1000, 200 * mib, 100, 1) == 8);
  CHECK(count(1000, 200 * mib, 100, 2) == 16);
  CHECK(count(1000, 200 * mib, 100, 3) == 32);
  CHECK(count(1000, 200 * mib, 100, 4) == 32);
  CHECK(count(1000, 5 * mib, 100, 2) == 5);          // of at least 1 MiB
  CHECK(count(1000, mib / 2, 100, 2) == 1);          //
  CHECK(count(3, 200 * mib, 100, 2) == 3);           // of at least a row
  CHECK(count(100'000, 200 * mib, 2 * mib, 2) == 6); // heads take little
}

TEST_CASE("each part is on one node before any is on two", "[runtime][row_split]") {
  const std::vector<std::uint64_t> ten(10, 10);
  const auto shares = spread_parts(ten, {{60, {}}, {60, {}}});
  CHECK(shares[0].size() == 6);
  CHECK(shares[1].size() == 6);
  const auto held = holders(shares, 10);
  CHECK(*std::min_element(held.begin(), held.end()) == 1);

  // all that there is room for, also if that is not enough, or if one has room for everything
  CHECK(holders(spread_parts(ten, {{35, {}}, {24, {}}}), 10) == std::vector<int>{1, 1, 1, 1, 1, 0, 0, 0, 0, 0});
  const auto uneven = spread_parts(ten, {{1000, {}}, {25, {}}, {9, {}}});
  CHECK(uneven[0].size() == 10);
  CHECK(uneven[1].size() == 2);
  CHECK(uneven[2].empty());
  CHECK(spread_parts(ten, {{0, {}}})[0].empty());
}

TEST_CASE("a node without workers gets what has no room elsewhere", "[runtime][row_split]") {
  const std::vector<std::uint64_t> ten(10, 10);
  const auto shares = spread_parts(ten, {{1000, {0, 1}, false}, {60, {9}}});
  CHECK(shares[1] == std::vector<std::size_t>{0, 1, 2, 3, 4, 9});
  CHECK(shares[0] == std::vector<std::size_t>{5, 6, 7, 8});
  CHECK(spread_parts(ten, {{1000, {}, false}, {100, {}}})[0].empty());
}

TEST_CASE("parts stay where they are", "[runtime][row_split]") {
  const std::vector<std::uint64_t> ten(10, 10);
  const auto first = spread_parts(ten, {{60, {}}, {60, {}}});
  const auto as_there = [](const std::vector<std::size_t>& share) {
    return std::vector<std::uint32_t>{share.begin(), share.end()};
  };
  CHECK(spread_parts(ten, {{60, as_there(first[0])}, {60, as_there(first[1])}}) == first);
  // both have the same ones: what is on none goes first
  const auto moved = spread_parts(ten, {{60, {0, 1, 2, 3, 4, 5}}, {60, {0, 1, 2, 3, 4, 5}}});
  CHECK(holders(moved, 10) == std::vector<int>{2, 2, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(spread_parts({10, 10}, {{20, {7}}})[0].size() == 2); // a place that is none
}

TEST_CASE("the rows beside a worker are those of its node's files", "[runtime][row_split]") {
  rows_there rows;
  for (const auto* path : {"/a", "/b", "", "/d", ""})
    rows.parts.push_back({10, "", 0, path, {}});
  CHECK(rows_beside(rows) == std::vector<row_range>{{0, 20}, {30, 40}});
  CHECK(rows_beside({}).empty());
}
