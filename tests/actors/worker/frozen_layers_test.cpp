// A worker whose model has frozen layers exchanges the other weights only.
#include "tests/actors/protocol/wire_bytes.hpp"
#include "tests/actors/worker/worker_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// o = w (2 x) + b in front of 200 numbers that are frozen, too.
replica make_frozen_line() {
  nn::model model{{"line",
                   {1},
                   {{"dense", {{"units", 1}, {"trainable", false}}},
                    {"dense", {{"units", 1}}},
                    {"dense", {{"units", 100}, {"trainable", false}}}}},
                  "mean_squared_error",
                  100};
  block_writer held{202};
  std::fill_n(held.data(), 202, 0.0F);
  held.data()[0] = 2;
  std::fill_n(held.data() + 2, 100, 1.0F);
  model.set_frozen(std::move(held).done());
  auto steps = nn::make_optimizer({"sgd", {{"learning_rate", 0.1}}}, model.num_weights());
  return {std::move(model), std::move(steps)};
}

class frozen_fixture : public worker_fixture {
public:
  void start(exchange_rule rule, bool overlap = false) {
    auto mine = setup();
    mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of({1})}},
                   {of_b.as<server_actor>(), 1, 4, {0, block_of({0})}}};
    mine.make_replica = make_frozen_line;
    mine.exchange = std::move(rule);
    mine.overlap = overlap;
    it = spawn(worker, mine);
    run();
  }

  /// x = 1 and the label 0, so that dw = 4 w and db = 2 w at b = 0.
  void feed_one(std::uint64_t lease) {
    block_writer zeros{100};
    std::fill_n(zeros.data(), 100, 0.0F);
    loader.send(it, batch{lease, 1, true, block_of({1}), std::move(zeros).done()});
    run();
  }

  bool keeps_frozen() const {
    const auto expected = make_frozen_line();
    const auto& now = state_of<worker_state>(it).own->model.frozen();
    return std::equal(now.begin(), now.end(), expected.model.frozen().begin(), expected.model.frozen().end());
  }
};

} // namespace

TEST_CASE_METHOD(frozen_fixture, "frozen weights do not travel", "[actors][trainable]") {
  const bool overlap = GENERATE(false, true);
  INFO("overlap " << overlap);
  start({[](worker_ptr self) { commit_movement(self, 1, [self] { finish_chunk(self); }); }, adoption::every_chunk, {}},
        overlap);
  grant({1, {0, 0}, {0, 1}});
  feed_one(1);
  const auto to_w = judge(of_w, applied(1, 0, 5));
  const auto to_b = judge(of_b, applied(1, 0, 6));
  REQUIRE(to_w.delta.size() == 1);
  REQUIRE(to_b.delta.size() == 1);
  CHECK(to_w.delta.numbers()[0] == Approx(-0.8)); // dL/do = 2 o in the mean of 100 outputs
  CHECK(to_b.delta.numbers()[0] == Approx(-0.4));
  CHECK(encode(system, to_w).size() + encode(system, to_b).size() < 300); // with the others: over 800
  CHECK(replica_now() == std::vector<float>{5, 6});
  CHECK(keeps_frozen());
}

TEST_CASE_METHOD(frozen_fixture, "progress, and what is written, is of free weights", "[actors][trainable]") {
  SECTION("progress") {
    start({[](worker_ptr self) { commit_progress(self, [self] { finish_chunk(self); }); }, adoption::never, {}});
    grant({1, {0, 0}, {0, 1}});
    feed_one(1);
  }
  SECTION("written") {
    start({[](worker_ptr self) {
             commit_written(
                 self,
                 [](const shard_slice& s) {
                   REQUIRE(s.size == 1);
                   s.delta[0] = s.replica[0] - s.center[0];
                 },
                 [self] { finish_chunk(self); });
           },
           adoption::never,
           {}});
    grant({1, {0, 0}, {0, 1}});
    feed_one(1);
  }
  CHECK(judge(of_w, applied(1, 0, 5)).delta.numbers()[0] == Approx(-0.8));
  CHECK(judge(of_b, applied(1, 0, 6)).delta.numbers()[0] == Approx(-0.4));
  CHECK(replica_now()[0] == Approx(0.2));
  CHECK(keeps_frozen());
}

TEST_CASE_METHOD(frozen_fixture, "a pulled center leaves frozen weights alone", "[actors][trainable]") {
  start({[](worker_ptr self) { finish_chunk(self); }, adoption::every_round, {}});
  ledger.take_mail<work_request>().answer(lease{1, {0, 0}, {0, 1}, false, 1});
  run();
  for (const auto* server : {&of_w, &of_b}) {
    server->take_mail<pull>().answer(whole(3, block_of({7})));
    run();
  }
  CHECK(replica_now() == std::vector<float>{7, 7});
  CHECK(keeps_frozen());
}
