// What dropout leaves out in a chunk hangs on the run's seed and on the chunk alone: on no worker, and on nothing that
// the worker has done before. So a chunk is trained again, or replayed, with the same numbers.
#include "tests/actors/worker/worker_fixture.hpp"

#include <set>

using namespace dk;
using namespace dk::test;

namespace {

constexpr std::size_t inputs = 48;

// o = w x, where half of x is left out: the numbers of w that move are those whose x was kept.
replica make_dropping() {
  nn::model model{
      {"dropping", {inputs}, {{"dropout", {{"rate", 0.5}}}, {"dense", {{"units", 1}, {"use_bias", false}}}}},
      "mean_squared_error",
      1};
  const auto weights = model.num_weights();
  return {std::move(model), nn::make_optimizer({"sgd", {{"learning_rate", 0.1}}}, weights)};
}

class dropping_worker : public worker_fixture {
public:
  void start_dropping(std::uint32_t id, std::uint64_t seed) {
    auto mine = setup();
    mine.id = id;
    mine.make_replica = make_dropping;
    mine.dropout_seed = seed;
    mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of(std::vector<float>(inputs))}}};
    it = spawn(worker, mine);
    run();
  }

  /// Trains a chunk of two batches, from weights of 0. @return what it would add to them
  std::vector<float> delta_of(chunk_id chunk) {
    const auto lease = ++leases_;
    grant({lease, chunk, {0, 2}});
    for (const bool last : {false, true})
      loader.send(it, batch{lease, 1, last, block_of(std::vector<float>(inputs, 1)), block_of({1})});
    run();
    auto what = of_w.take_mail<commit>();
    what.answer(
        verdict{verdict_kind::applied, lease, 0, 1.0, "", false, whole(lease, block_of(std::vector<float>(inputs)))});
    run();
    loader.clear();
    ledger.take<chunk_report>();
    return numbers_of(what.content.get_as<commit>(0).delta.numbers());
  }

private:
  std::uint64_t leases_ = 0;
};

} // namespace

TEST_CASE_METHOD(dropping_worker, "each chunk of each epoch has a dropout of its own", "[actors][worker]") {
  start_dropping(3, 11);
  std::set<std::vector<float>> all;
  for (const std::uint32_t epoch : {0U, 1U, 2U})
    for (const std::uint32_t index : {0U, 1U, 2U, 7U})
      all.insert(delta_of({epoch, index}));
  CHECK(all.size() == 12);
}

TEST_CASE_METHOD(dropping_worker, "a chunk's dropout is the same whoever trains it, and after whatever",
                 "[actors][worker]") {
  const std::vector<chunk_id> chunks{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  std::vector<std::vector<float>> in_order;
  start_dropping(3, 11);
  for (const auto& chunk : chunks)
    in_order.push_back(delta_of(chunk));
  CHECK(delta_of(chunks[1]) == in_order[1]); // trained again
  grant({});                                 // no work is left
  start_dropping(5, 11);
  for (const auto i : {3U, 1U, 0U})
    CHECK(delta_of(chunks[i]) == in_order[i]);
  grant({});
  start_dropping(3, 12);
  CHECK(delta_of(chunks[0]) != in_order[0]);
}
