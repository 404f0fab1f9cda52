#include "actors/protocol/wire.hpp"

#include "tests/actors/actor_fixture.hpp"

#include <limits>

namespace dk {

bool operator==(const byte_range& a, const byte_range& b) {
  const auto& [file, first, count] = a;
  return std::tie(file, first, count) == std::tie(b.file, b.first, b.count);
}

namespace {

auto fields(const chunk_grid& x) {
  const auto& [rows, chunk_rows, epochs] = x;
  return std::tie(rows, chunk_rows, epochs);
}
auto fields(const lease& x) {
  const auto& [number, chunk, rows, waited, round, rate] = x;
  return std::tie(number, chunk, rows, waited, round, rate);
}
auto fields(const center& x) {
  const auto& [version, weights] = x;
  return std::tie(version, weights);
}
auto fields(const center_update& x) {
  const auto& [what, version, base, weights, change] = x;
  return std::tie(what, version, base, weights, change);
}
auto fields(const commit& x) {
  const auto& [session, shard_session, worker, lease, chunk, rows, base, wants_center, after, delta, rate] = x;
  return std::tie(session, shard_session, worker, lease, chunk, rows, base, wants_center, after, delta, rate);
}
auto fields(const pull& x) {
  const auto& [worker, lease, base] = x;
  return std::tie(worker, lease, base);
}
auto fields(const verdict& x) {
  const auto& [kind, version, staleness, scale, reason, again, newest, came_twice] = x;
  return std::tie(kind, version, staleness, scale, reason, again, newest, came_twice);
}
auto fields(const chunk_report& x) {
  const auto& [lease, chunk, worker, rows, batches, loss_sum, correct, decisions, kind, staleness, reason, again,
               computing, waiting, sent, received] = x;
  return std::tie(lease, chunk, worker, rows, batches, loss_sum, correct, decisions, kind, staleness, reason, again,
                  computing, waiting, sent, received);
}
auto fields(const work_request& x) {
  const auto& [worker, trained] = x;
  return std::tie(worker, trained);
}
auto fields(const fetch& x) {
  const auto& [lease, chunk, rows, batch_rows, credit] = x;
  return std::tie(lease, chunk, rows, batch_rows, credit);
}
auto fields(const batch& x) {
  const auto& [lease, rows, last, features, labels, weights] = x;
  return std::tie(lease, rows, last, features, labels, weights);
}
auto fields(const range_bytes& x) {
  const auto& [count, some] = x;
  return std::make_tuple(count, std::string{reinterpret_cast<const char*>(some.get()), count});
}
auto fields(const row_affinity& x) {
  const auto& [worker, rows] = x;
  return std::tie(worker, rows);
}
auto fields(const ranges_wanted& x) {
  const auto& [files, ranges] = x;
  return std::tie(files, ranges);
}
auto fields(const commit_lengths& x) {
  const auto& [measured, knows_base, update, distance, movement, along] = x;
  return std::tie(measured, knows_base, update, distance, movement, along);
}
auto fields(const commit_record& x) {
  const auto& [seconds, shard, worker, chunk, rows, base, version, staleness, kind, scale, reason, after, lengths, rate,
               bytes] = x;
  return std::tie(seconds, shard, worker, chunk, rows, base, version, staleness, kind, scale, reason, after, lengths,
                  rate, bytes);
}
auto fields(const validation_report& x) {
  const auto& [trained, epoch, versions, rows, loss_sum, correct, decisions, seconds, best, last, rate, others] = x;
  return std::tie(trained, epoch, versions, rows, loss_sum, correct, decisions, seconds, best, last, rate, others);
}
auto fields(const best_center& x) {
  const auto& [measured, weights] = x;
  return std::tie(measured, weights);
}
auto fields(const shard_tally& x) {
  const auto& [version, folded_rows, bitmap_rows, duplicates, fenced, rejected] = x;
  return std::tie(version, folded_rows, bitmap_rows, duplicates, fenced, rejected);
}
auto fields(const replica_state& x) {
  const auto& [chunks, optimizer, steps, weights, moments] = x;
  return std::tie(chunks, optimizer, steps, weights, moments);
}
auto fields(const shard_state& x) {
  const auto& [shard, offset, version, weights, grid, folded] = x;
  return std::tie(shard, offset, version, weights, grid, folded);
}
auto fields(const ledger_tally& x) {
  const auto& [expected_rows, done_rows, redone_chunks, workers_alive, stopped] = x;
  return std::tie(expected_rows, done_rows, redone_chunks, workers_alive, stopped);
}
auto fields(const run_event& x) {
  const auto& [what, worker, code, text, consequence] = x;
  return std::tie(what, worker, code, text, consequence);
}

} // namespace

} // namespace dk

#include "tests/actors/protocol/wire_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

using limits = std::numeric_limits<float>;

const std::vector<float> awkward{limits::quiet_NaN(),
                                 -limits::quiet_NaN(),
                                 limits::infinity(),
                                 -limits::infinity(),
                                 -0.0F,
                                 0.0F,
                                 limits::denorm_min(),
                                 -limits::denorm_min(),
                                 1e-40F,
                                 limits::max(),
                                 limits::lowest(),
                                 limits::min(),
                                 limits::signaling_NaN()};

} // namespace

TEST_CASE_METHOD(actor_fixture, "a block arrives bit for bit", "[actors][wire]") {
  check_round_trip(system, block_of(awkward));
  check_round_trip(system, block{});
  check_round_trip(system, block_of(std::vector<float>(1000, 1.5F)).slice(7, 3));
}

TEST_CASE_METHOD(actor_fixture, "a number arrives bit for bit", "[actors][wire]") {
  using numbers = std::numeric_limits<double>;
  for (const double x : {numbers::quiet_NaN(), -numbers::quiet_NaN(), numbers::infinity(), -numbers::infinity(), -0.0,
                         numbers::denorm_min(), numbers::max(), 0.1})
    check_round_trip(system, exact{x});
}

TEST_CASE_METHOD(actor_fixture, "a block costs its bytes and a count", "[actors][wire]") {
  CHECK(encode(system, block_of(std::vector<float>(1000))).size() == 4008);
}

TEST_CASE_METHOD(actor_fixture, "a count larger than the bytes is refused before anything is allocated",
                 "[actors][wire]") {
  const auto honest = encode(system, block_of({1, 2}));
  for (const std::uint64_t count : {std::uint64_t{3}, std::uint64_t{1} << 40U, std::uint64_t{1} << 62U,
                                    (std::uint64_t{1} << 62U) + 2, ~std::uint64_t{0}}) {
    auto lying = encode(system, count);
    lying.insert(lying.end(), honest.end() - 8, honest.end());
    block arrived = block_of({5});
    CHECK_FALSE(decode(system, lying, arrived)); // 2^40 floats could not be allocated here
    CHECK(numbers_of(arrived) == std::vector<float>{5});
  }
}

TEST_CASE_METHOD(actor_fixture, "every message of the protocol arrives as it was, and none is taken from a part",
                 "[actors][wire]") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto values = block_of(awkward);
  const chunk_report report{7, {1, 2},     3,    40,  5,   -0.0,        6, 9, verdict_kind::fenced,
                            8, "a reason", true, nan, 2.5, 1ULL << 40U, 12};
  check_round_trip(system, chunk_id{1, 2});
  check_round_trip(system, row_range{3, 1ULL << 40U});
  check_round_trip(system, chunk_grid{25, 10, 3});
  check_round_trip(system, lease{9, {1, 2}, {3, 4}, true, 1ULL << 40U, 0.1});
  check_round_trip(system, center{1ULL << 50U, values});
  check_round_trip(system, commit{1, 2, 3, 4, {5, 6}, {7, 8}, 9, true, 10, values, 0.1});
  check_round_trip(system, verdict{verdict_kind::rejected, 1, 2, nan, "a reason", true, whole(1, values), true});
  check_round_trip(system, pull{3, 1ULL << 33U, 1ULL << 50U});
  check_round_trip(system, report);
  check_round_trip(system, work_request{4, 17});
  check_round_trip(system, fetch{1, {2, 3}, {4, 5}, 6, 7});
  check_round_trip(system, batch{1, 2, true, values, block_of({1}), {}});
  check_round_trip(system, batch{1, 2, false, values, block_of({1}), block_of({0.5F, 2})});
  check_round_trip(system, commit_record{nan,
                                         1,
                                         2,
                                         {3, 4},
                                         {5, 6},
                                         7,
                                         8,
                                         9,
                                         verdict_kind::duplicate,
                                         0.5,
                                         "why",
                                         10,
                                         {true, false, 1, 2, 3, 4},
                                         0.1,
                                         1ULL << 40U});
  check_round_trip(system, commit_lengths{true, true, nan, 1.5, -0.0, 0.1});
  check_round_trip(system,
                   validation_report{1ULL << 40U, 1.5, {3, 4}, 5, nan, 6, 7, 0.25, true, false, 0.1, {{"auc", nan}}});
  check_round_trip(system, best_center{validation_report{7, 1.5, {3, 4}, 5, nan, 6, 7, 0.25, true, false, 0.1, {}},
                                       block_of({1, -0.0F})});
  check_round_trip(system, shard_tally{1, 2, 3, 4, 5, 6});
  check_round_trip(system, replica_state{1, "adam", 2, values, values});
  check_round_trip(system, shard_state{1, 2, 3, values, {25, 10, 3}, {0, {4, ~std::uint64_t{0}}}});
  check_round_trip(system, ledger_tally{1, 2, 3, 4, true});
  check_round_trip(system, run_event{run_event::kind::worker_stalled, 1, errc::diverged, "text", "consequence"});
}

TEST_CASE_METHOD(actor_fixture, "compressed numbers arrive as they were, and none is taken from a part",
                 "[actors][wire][compression]") {
  const auto now = block_of({1, -2, 3.5F, 0, 7, 0, 0, 0, 0});
  const auto has = block_of({1, -2, 3, 0, 7, 0, 0, 0, 0});
  for (const auto form : {number_form::fp16, number_form::bf16, number_form::int8, number_form::top_k}) {
    const compression how{form, 0.3};
    INFO(static_cast<int>(form));
    commit with{1, 2, 3, 4, {5, 6}, {7, 8}, 9, true, 10, compress(how, now.data(), now.size()), 0.1};
    check_round_trip(system, with);
    auto update = update_of(how, {4, now}, {3, has});
    CHECK(update.bytes() < now.bytes());
    const auto here = updated({3, has}, update);
    update.weights = {}; // which does not travel
    check_round_trip(system, update);
    center_update arrived;
    REQUIRE(decode(system, encode(system, update), arrived));
    CHECK(same(updated({3, has}, arrived).weights, here.weights));
  }
}

TEST_CASE_METHOD(actor_fixture, "compressed numbers that are not sound are refused", "[actors][wire][compression]") {
  const auto refused = [&](std::uint8_t form, std::uint64_t size, const std::vector<std::uint32_t>& words) {
    auto wire = encode(system, form);
    for (const std::uint64_t number : {size, std::uint64_t{words.size() * 4}}) {
      const auto more = encode(system, number);
      wire.insert(wire.end(), more.begin(), more.end());
    }
    const auto* const bytes = reinterpret_cast<const char*>(words.data());
    wire.insert(wire.end(), bytes, bytes + words.size() * 4);
    compressed arrived;
    return !decode(system, wire, arrived) && arrived.empty();
  };
  const std::uint8_t fp16 = 1;
  const std::uint8_t int8 = 3;
  const std::uint8_t top_k = 4;
  CHECK_FALSE(refused(fp16, 4, {1, 2}));
  CHECK(refused(fp16, 3, {1, 2}));
  CHECK(refused(fp16, 1ULL << 60U, {1, 2}));
  CHECK(refused(fp16, (1ULL << 63U) + 4, {1, 2})); // twice of it is 8
  CHECK_FALSE(refused(int8, 8, {1, 2, 3}));
  CHECK(refused(int8, 9, {1, 2, 3}));
  CHECK_FALSE(refused(top_k, 1ULL << 40U, {0, 7, 1, 1})); // its size makes nobody allocate
  CHECK(refused(top_k, 7, {0, 7, 1, 1}));                 // beyond the end
  CHECK(refused(top_k, 9, {7, 0, 1, 1}));
  CHECK(refused(top_k, 9, {7, 7, 1, 1}));
  CHECK(refused(top_k, 9, {7, 1, 1}));
  CHECK(refused(top_k, 0, {}));
  CHECK(refused(5, 1, {1}));
}

TEST_CASE_METHOD(actor_fixture, "an error of ours travels with its code and text", "[actors][wire]") {
  const auto wire = encode(system, make_error(errc::checkpoint, "torn"));
  caf::error arrived;
  REQUIRE(decode(system, wire, arrived));
  CHECK(to_failure(arrived).code() == errc::checkpoint);
  CHECK(to_failure(arrived).what() == std::string{"torn"});
  CHECK(to_failure(caf::sec::request_timeout, errc::connect).code() == errc::connect); // CAF's own
}

TEST_CASE_METHOD(actor_fixture, "what is said of rows elsewhere arrives as it was", "[actors][wire]") {
  check_round_trip(system, ranges_wanted{{"0", "1"}, {{1, 1ULL << 40U, 7}, {0, 0, 0}}});
  check_round_trip(system, row_affinity{3, {{0, 10}, {1ULL << 40U, (1ULL << 40U) + 1}}});
  const auto bytes = pooled_bytes(4);
  std::memcpy(bytes.get(), "a\0\xff", 4);
  check_round_trip(system, range_bytes{4, bytes});
  CHECK(to_string(range_bytes{4, bytes}) == "range_bytes(4)");
  auto wire = encode(system, range_bytes{4, bytes}); // a count that the bytes cannot hold allocates nothing
  wire[0] = wire[7] = static_cast<char>(0x7F);
  range_bytes arrived;
  CHECK_FALSE(decode(system, wire, arrived));
}
