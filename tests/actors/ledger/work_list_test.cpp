#include "actors/ledger/work_list.hpp"

#include "common/random.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace dk;

namespace {

std::vector<std::uint64_t> chunks_in_order(work_list& work, std::uint32_t worker) {
  std::vector<std::uint64_t> order;
  while (const auto next = work.take(worker))
    order.push_back(work.grid().number(next->chunk));
  return order;
}

} // namespace

TEST_CASE("every chunk is leased exactly once", "[actors][work_list]") {
  const auto how = GENERATE(assignment::dynamic, assignment::fixed);
  work_list work{{103, 10, 3}, how, 4};
  std::set<std::uint64_t> seen;
  std::uint64_t rows = 0;
  for (std::uint32_t turn = 0; const auto next = work.take(turn % 4); ++turn) {
    CHECK(next->number == turn + 1);
    CHECK(seen.insert(work.grid().number(next->chunk)).second);
    rows += next->rows.size();
    CHECK(work.finish(next->number));
  }
  CHECK(seen.size() == 33);
  CHECK(rows == 309);
  CHECK(work.all_done());
  CHECK(work.done_rows() == 309);
  CHECK(work.returned() == 0);
}

TEST_CASE("the last chunk of each epoch is short", "[actors][work_list]") {
  work_list work{{25, 10, 2}};
  std::vector<row_range> ranges;
  while (const auto next = work.take(0))
    ranges.push_back(next->rows);
  CHECK(ranges == std::vector<row_range>{{0, 10}, {10, 20}, {20, 25}, {0, 10}, {10, 20}, {20, 25}});
}

TEST_CASE("a window larger than the data is one short chunk", "[actors][work_list]") {
  work_list work{{7, 1000, 1}};
  const auto only = work.take(0);
  REQUIRE(only);
  CHECK(only->rows == row_range{0, 7});
  CHECK_FALSE(work.take(0));
}

TEST_CASE("a chunk that came back goes first, under a new lease", "[actors][work_list]") {
  work_list work{{100, 10, 1}};
  const auto first = *work.take(0);
  const auto second = *work.take(1);
  CHECK(work.give_back(second.number));
  CHECK(work.returned() == 1);
  const auto again = *work.take(0);
  CHECK(again.chunk == second.chunk);
  CHECK(again.number > second.number);
  CHECK(work.take(0)->chunk == chunk_id{0, 2});
  CHECK_FALSE(work.finish(second.number)); // that lease is over
  CHECK_FALSE(work.give_back(second.number));
  CHECK(work.finish(first.number));
  CHECK(work.done() == 1);
}

// As where epochs are rounds.
TEST_CASE("within one epoch a chunk that came back is open again", "[actors][work_list]") {
  const auto how = GENERATE(assignment::dynamic, assignment::fixed);
  work_list work{{25, 10, 2}, how, 1};
  work.keep_to_one_epoch();
  std::vector<lease> held;
  for (int i = 0; i < 3; ++i)
    held.push_back(work.take(0).value());
  CHECK_FALSE(work.has_open());
  CHECK_FALSE(work.take(0)); // the next epoch has to wait
  CHECK(work.give_back(held[1].number));
  CHECK(work.has_open());
  const auto again = work.take(0);
  REQUIRE(again);
  CHECK(again->chunk == held[1].chunk);
  CHECK_FALSE(work.has_open());
  for (const auto number : {held[0].number, again->number, held[2].number})
    CHECK(work.finish(number));
  CHECK_FALSE(work.has_open());
  work.keep_to_one_epoch();
  CHECK(work.has_open());
  CHECK(work.take(0)->chunk == chunk_id{1, 0});
}

TEST_CASE("chunks that are done from the start are not leased", "[actors][work_list]") {
  const auto how = GENERATE(assignment::dynamic, assignment::fixed);
  work_list work{{30, 10, 2}, how, 2};
  work.mark_done({0, {1U << 1U | 1U << 5U}}); // chunk 1 of epoch 0 and chunk 2 of epoch 1
  CHECK(work.done_rows() == 20);
  const auto order = chunks_in_order(work, 0);
  CHECK(std::set<std::uint64_t>(order.begin(), order.end()) == std::set<std::uint64_t>{0, 2, 3, 4});
  CHECK(order.size() == 4);
}

TEST_CASE("a fixed assignment prefers a worker's own share, then steals", "[actors][work_list]") {
  work_list work{{8, 1, 2}, assignment::fixed, 2}; // worker 1 owns chunks 4 to 7 of each epoch
  CHECK(chunks_in_order(work, 1) == std::vector<std::uint64_t>{4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 8, 9, 10, 11});
}

TEST_CASE("a fixed assignment with more workers than chunks leaves nobody stuck", "[actors][work_list]") {
  work_list work{{2, 1, 1}, assignment::fixed, 5};
  CHECK(work.take(0));
  CHECK(work.take(1));
  CHECK_FALSE(work.take(4));
}

TEST_CASE("held_by names the leases a worker holds", "[actors][work_list]") {
  work_list work{{30, 10, 1}};
  const auto mine = *work.take(7);
  CHECK(work.take(8));
  REQUIRE(work.held_by(7).size() == 1);
  CHECK(work.held_by(7).front().number == mine.number);
  CHECK(work.held_by(7).front().rows == mine.rows);
  work.finish(mine.number);
  CHECK(work.held_by(7).empty());
}

namespace {

// The same list, as plainly as it can be said.
struct model {
  std::set<std::uint64_t> open;
  std::map<std::uint64_t, std::pair<std::uint32_t, std::uint64_t>> leases; // number: worker, chunk
  std::set<std::uint64_t> done;
};

void check_same(const work_list& work, const model& plain) {
  REQUIRE(work.open() == plain.open.size());
  REQUIRE(work.leased() == plain.leases.size());
  REQUIRE(work.done() == plain.done.size());
  std::uint64_t rows = 0;
  for (const auto chunk : plain.done)
    rows += work.grid().range(work.grid().chunk(chunk)).size();
  REQUIRE(work.done_rows() == rows);
}

void random_step(work_list& work, model& plain, random_stream& random) {
  const auto what = random.below(10);
  if (what < 5) {
    const auto worker = static_cast<std::uint32_t>(random.below(4));
    const auto next = work.take(worker);
    REQUIRE(next.has_value() == !plain.open.empty());
    if (!next)
      return;
    const auto chunk = work.grid().number(next->chunk);
    REQUIRE(plain.open.erase(chunk) == 1);
    REQUIRE(plain.leases.emplace(next->number, std::make_pair(worker, chunk)).second);
    return;
  }
  const auto lease = 1 + random.below(work.newest() + 2); // known, over, or never given
  const auto found = plain.leases.find(lease);
  const bool finish = what < 8;
  REQUIRE((finish ? work.finish(lease) : work.give_back(lease)) == (found != plain.leases.end()));
  if (found == plain.leases.end())
    return;
  (finish ? plain.done : plain.open).insert(found->second.second);
  plain.leases.erase(found);
}

} // namespace

TEST_CASE("a work list behaves as its plain model under random use", "[actors][work_list]") {
  const auto how = GENERATE(assignment::dynamic, assignment::fixed);
  const auto seed = GENERATE(1U, 2U, 3U);
  random_stream random{seed};
  work_list work{{997, 7, 2}, how, 3};
  model plain;
  for (std::uint64_t i = 0; i < work.grid().chunks(); ++i)
    plain.open.insert(i);
  for (int i = 0; i < 4000; ++i) {
    random_step(work, plain, random);
    check_same(work, plain);
  }
  for (std::uint64_t number = 1; number <= work.newest(); ++number)
    work.give_back(number);
  while (const auto next = work.take(0))
    work.finish(next->number);
  CHECK(work.all_done());
  CHECK(work.done_rows() == work.grid().total_rows());
}

TEST_CASE("a worker is first offered chunks of which most rows are beside it", "[actors][work_list]") {
  work_list work{{100, 10, 2}};
  work.prefer(0, {{0, 20}, {54, 75}}); // of chunk 5 the larger part, of chunk 7 only half
  work.prefer(1, {{20, 54}, {75, 100}});
  CHECK(work.grid().number(work.take(0)->chunk) == 0);
  CHECK(work.grid().number(work.take(1)->chunk) == 2);
  CHECK(work.grid().number(work.take(2)->chunk) == 1); // who prefers none takes the next
  const auto fifth = *work.take(0);
  CHECK(work.grid().number(fifth.chunk) == 5);
  CHECK(work.give_back(fifth.number));
  CHECK(work.take(1)->chunk == fifth.chunk); // it came back: it goes first, whoever asks
  CHECK(work.grid().number(work.take(0)->chunk) == 6);
  CHECK(work.grid().number(work.take(0)->chunk) == 3); // none of its own is left: it helps the others
  CHECK(chunks_in_order(work, 0) == std::vector<std::uint64_t>{4, 7, 8, 9, 10, 11, 15, 16, 12, 13, 14, 17, 18, 19});
}

TEST_CASE("preferences keep to the epoch, and do not change what is leased", "[actors][work_list]") {
  const bool one_epoch = GENERATE(false, true);
  work_list work{{103, 10, 3}};
  work.prefer(0, {{50, 103}});
  work.prefer(1, {{0, 30}});
  if (one_epoch)
    work.keep_to_one_epoch();
  std::set<std::uint64_t> seen;
  for (std::uint32_t turn = 0; !work.all_done(); ++turn) {
    const auto next = work.take(turn % 3);
    if (!next) {
      REQUIRE(one_epoch);
      CHECK(seen.size() % 11 == 0);
      work.keep_to_one_epoch();
      continue;
    }
    CHECK(next->chunk.epoch == seen.size() / 11);
    CHECK(seen.insert(work.grid().number(next->chunk)).second);
    CHECK(work.finish(next->number));
  }
  CHECK(seen.size() == 33);
  CHECK(work.done_rows() == 309);
}

TEST_CASE("a fixed assignment does not look at what is beside a worker", "[actors][work_list]") {
  work_list work{{80, 10, 1}, assignment::fixed, 2};
  work.prefer(0, {{40, 80}});
  CHECK(chunks_in_order(work, 0) == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7});
}
