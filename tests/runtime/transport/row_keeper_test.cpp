#include "runtime/transport/row_keeper.hpp"

#include "tests/actors/actor_fixture.hpp"

#include <cstring>

using namespace dk;
using namespace dk::test;

namespace {

struct keeper_fixture : actor_fixture {
  // "a" has the bytes 0, 1, ..., 99
  row_keeper_actor it = spawn(row_keeper, [](const std::string& name) -> range_reader {
    if (name != "a")
      throw failure{errc::data, "rows " + name + " are not here"};
    return [](std::uint64_t first, std::uint64_t count, std::byte* to) {
      if (first + count > 100)
        throw failure{errc::data, "rows a end before"};
      for (std::uint64_t i = 0; i < count; ++i)
        to[i] = static_cast<std::byte>(first + i);
    };
  });

  std::string refused(const ranges_wanted& wanted) {
    const auto why = to_failure(ask<caf::error>(it, wanted));
    CHECK(why.code() == errc::data);
    return why.what();
  }
};

} // namespace

TEST_CASE_METHOD(keeper_fixture, "a keeper hands out the bytes of all ranges, in their order", "[runtime][keeper]") {
  const auto got = ask<range_bytes>(it, ranges_wanted{{"a"}, {{0, 90, 3}, {0, 7, 0}, {0, 1, 2}}});
  REQUIRE(got.count == 5);
  const char expected[] = {90, 91, 92, 1, 2};
  CHECK(std::memcmp(got.some.get(), expected, 5) == 0);
  CHECK(ask<range_bytes>(it, ranges_wanted{}).count == 0);
}

TEST_CASE_METHOD(keeper_fixture, "a keeper refuses what it does not have, by name", "[runtime][keeper]") {
  CHECK(refused({{"a", "b"}, {{0, 0, 1}}}) == "rows b are not here");
  CHECK(refused({{"a"}, {{0, 99, 2}}}) == "rows a end before");
  const std::string unsound = "more rows are wanted at a time than are sent, or rows of no file";
  CHECK(refused({{"a"}, {{1, 0, 1}}}) == unsound);
  CHECK(refused({{"a"}, {{0, 0, ranges_wanted::most_bytes + 1}}}) == unsound);
  CHECK(refused({{"a"}, {{0, 0, 10}, {0, 0, ~std::uint64_t{0} - 5}}}) == unsound); // which would wrap around
  CHECK(refused({{"a"}, std::vector<byte_range>(ranges_wanted::most_ranges + 1)}) == unsound);
  CHECK(refused({std::vector<std::string>(ranges_wanted::most_files + 1, "a"), {}}) == unsound);
  CHECK(ask<range_bytes>(it, ranges_wanted{{"a"}, {{0, 0, 1}}}).count == 1); // it goes on
}
