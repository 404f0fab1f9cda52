#include "runtime/record/rows_account.hpp"
#include "tests/support.hpp"

using namespace dk;
using namespace dk::test;

namespace {

shard_tally shard_with(std::uint64_t bitmap_rows, std::uint64_t folded_rows) {
  shard_tally tally;
  tally.bitmap_rows = bitmap_rows;
  tally.folded_rows = folded_rows;
  return tally;
}

// {applied, lost, doubled} of 100 expected rows.
std::vector<std::uint64_t> said_of(const std::vector<shard_tally>& shards, const std::vector<rows_seen>& seen) {
  rows_ledger rows;
  rows.expected = 100;
  account(shards, seen, rows);
  return {rows.applied, rows.lost, rows.doubled};
}

using said = std::vector<std::uint64_t>;

std::string counted_line(int chunk, int version, int shard = 0, const std::string& verdict = "applied") {
  return R"({"t":0.1,"shard":)" + std::to_string(shard) + R"(,"worker":1,"epoch":)" + std::to_string(chunk / 3) +
         R"(,"chunk":)" + std::to_string(chunk % 3) + R"(,"rows":[0,10],"base":0,"version":)" +
         std::to_string(version) + R"(,"staleness":0,"verdict":")" + verdict + "\",\"scale\":1}\n";
}

const std::string first_log_line = "{\"log\":\"dk-commits\",\"version\":1}\n";
const chunk_grid counted_grid{25, 10, 4}; // chunks of 10, 10 and 5 rows

std::string restart_at(int version) {
  return R"({"restart":1,"versions":[)" + std::to_string(version) + "]}\n";
}

} // namespace

TEST_CASE("rows balance when all witnesses agree", "[runtime][rows]") {
  CHECK(said_of({shard_with(100, 100), shard_with(100, 100)}, {{100, 100}, {100, 100}}) == said{100, 0, 0});
  CHECK(said_of({}, {{100, 100}, {100, 100}}) == said{100, 0, 0});
  CHECK(said_of({}, {}) == said{0, 100, 0});
}

TEST_CASE("each witness alone shows rows that were lost or doubled", "[runtime][rows]") {
  CHECK(said_of({shard_with(90, 90)}, {{100, 100}}) == said{90, 10, 0});                // a shard without its chunk
  CHECK(said_of({shard_with(100, 100)}, {{90, 90}}) == said{90, 10, 0});                // nobody saw it go in
  CHECK(said_of({shard_with(100, 110)}, {{100, 100}}) == said{100, 0, 10});             // folded in twice
  CHECK(said_of({shard_with(100, 100)}, {{100, 100}, {130, 100}}) == said{100, 0, 30}); // twice in the log
  CHECK(said_of({}, {{110, 100}, {100, 100}}) == said{100, 0, 10});                     // more than there was to do
  CHECK(said_of({shard_with(100, 100), shard_with(95, 100)}, {}) == said{95, 5, 5});
  CHECK(said_of({}, {{100, 100}, {90, 90}}) == said{90, 10, 0});
}

TEST_CASE("a log is counted by what is in the center", "[runtime][rows]") {
  const temporary_folder folder;
  const auto seen = [&](const std::string& text, std::size_t servers = 1) {
    return rows_in_log(folder.write("commits.jsonl", text), counted_grid, servers);
  };
  auto log =
      first_log_line + counted_line(0, 1) + counted_line(1, 2) + counted_line(2, 2, 0, "rejected") + counted_line(2, 3);
  auto found = seen(log);
  REQUIRE(found);
  CHECK(found->at(0).all == 25);
  CHECK(found->at(0).once == 25);
  found = seen(log + restart_at(2) + counted_line(2, 3) + counted_line(3, 4)); // version 3 came after the checkpoint
  REQUIRE(found);
  CHECK(found->at(0).all == 35);
  CHECK(found->at(0).once == 35);
  found = seen(log + restart_at(3) + restart_at(1) + counted_line(1, 2) + counted_line(2, 3));
  REQUIRE(found);
  CHECK(found->at(0).all == 25);
  CHECK(found->at(0).once == 25);
  found = seen(first_log_line + counted_line(0, 1, 0) + counted_line(0, 1, 1) + counted_line(1, 2, 1), 2);
  REQUIRE(found);
  CHECK(found->at(0).all == 10);
  CHECK(found->at(1).all == 20);
}

TEST_CASE("a log that two processes wrote shows what was trained twice", "[runtime][rows]") {
  const temporary_folder folder;
  // One goes on from version 1 while the other, which has made version 2, trains on.
  const auto path = folder.write("commits.jsonl", first_log_line + counted_line(0, 1) + counted_line(1, 2) +
                                                      restart_at(1) + counted_line(1, 2) + counted_line(2, 3) +
                                                      counted_line(2, 3) + counted_line(3, 4) + counted_line(3, 4));
  const auto found = rows_in_log(path, counted_grid, 1);
  REQUIRE(found);
  CHECK(found->at(0).once == 35);
  CHECK(found->at(0).all == 50);
  rows_ledger rows;
  rows.expected = 35;
  account({shard_with(35, 35)}, *found, rows);
  CHECK_FALSE(rows.balanced());
  CHECK(rows.doubled == 15);
}

TEST_CASE("a log that does not tell all is no witness", "[runtime][rows]") {
  const temporary_folder folder;
  const auto seen = [&](const std::string& text) {
    return rows_in_log(folder.write("commits.jsonl", text), counted_grid, 1).has_value();
  };
  CHECK(seen(first_log_line));
  CHECK_FALSE(seen(""));
  CHECK_FALSE(seen(restart_at(3) + counted_line(3, 4)));                  // the log was removed between two starts
  CHECK_FALSE(seen(first_log_line + counted_line(0, 1) + restart_at(3))); // some was not recorded
  CHECK_FALSE(seen(first_log_line + "not JSON\n"));
  CHECK_FALSE(rows_in_log(folder.path("none"), counted_grid, 1));
}
