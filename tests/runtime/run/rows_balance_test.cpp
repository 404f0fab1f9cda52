#include "runtime/config/job_rules.hpp"
#include "runtime/run/preflight.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

using namespace dk;
using namespace dk::test;

namespace {

struct cut {
  std::size_t rows, batch_size, window;
};

void check_balanced(const job& which, const data::dataset& rows) {
  const auto result = train(which, rows);
  const auto grid = grid_of(which, rows.rows);
  const bool alone = !which.trainer.algorithm->has_server();
  INFO(to_string(result.rows));
  CHECK(result.rows.balanced());
  CHECK(result.rows.expected == rows.rows * which.trainer.epochs);
  CHECK(result.rows.applied == result.rows.expected);
  CHECK(result.rows.redone == 0);
  CHECK(result.rows.duplicates == 0);
  CHECK(result.rows.fenced == 0);
  CHECK(result.versions == std::vector<std::uint64_t>(alone ? 0 : which.trainer.servers, grid.chunks()));
  CHECK(result.numbers.rows == result.rows.expected);
  CHECK(result.numbers.chunks == grid.chunks());
  CHECK(result.numbers.updates == grid.chunks());
  CHECK_FALSE(result.stopped);
  std::uint64_t of_workers = 0;
  for (const auto& [id, worker] : result.numbers.workers) {
    CHECK(id < which.trainer.workers);
    of_workers += worker.rows;
  }
  CHECK(of_workers == result.rows.expected);
}

} // namespace

TEST_CASE("every row is trained once an epoch", "[runtime][rows]") {
  const auto how = GENERATE(as<std::string>{}, "dynamic", "static");
  const auto cuts = GENERATE(cut{100, 10, 5}, cut{101, 7, 3}, cut{30, 50, 5}, cut{97, 1, 1}, cut{64, 8, 1000});
  const auto rows = plane(cuts.rows);
  for (const auto& name : algorithm_names())
    for (const std::size_t workers : {1U, 3U, 7U})
      for (const std::size_t servers : {1U, 3U}) {
        if (workers_of(name, workers) != workers || servers_of(name, servers) != servers)
          continue;
        INFO(name << ", " << workers << " workers, " << servers << " servers, " << how << ", " << cuts.rows
                  << " rows in batches of " << cuts.batch_size << ", window " << cuts.window);
        auto which = small_job(name, workers);
        which.trainer.servers = servers;
        which.trainer.assignment = how;
        which.trainer.epochs = 3;
        which.trainer.batch_size = cuts.batch_size;
        which.trainer.communication_window = cuts.window;
        check_balanced(which, rows);
      }
}

TEST_CASE("every row is trained once an epoch under every compression", "[runtime][rows][compression]") {
  for (const auto& name : algorithms_with_server())
    for (const compression how : {compression{number_form::fp16}, compression{number_form::bf16},
                                  compression{number_form::int8}, compression{number_form::top_k, 0.01}})
      for (const std::size_t workers : {1U, 3U})
        for (const std::size_t servers : {1U, 2U}) {
          INFO(name << ", form " << static_cast<int>(how.form) << ", " << workers << " workers, " << servers
                    << " servers");
          auto which = small_job(name, workers);
          which.trainer.compress = how;
          which.trainer.servers = servers;
          which.trainer.epochs = 3;
          check_balanced(which, plane(101));
        }
}

TEST_CASE("one row is enough", "[runtime][rows]") {
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = small_job(name, 1);
    which.trainer.epochs = 3;
    check_balanced(which, plane(1));
  }
}

TEST_CASE("a run that stops at its rows balances what it trained", "[runtime][rows]") {
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = small_job(name, workers_of(name, 3));
    which.trainer.epochs = 50;
    which.trainer.stop = {{"rows", 200}};
    const auto result = train(which, plane(100));
    INFO(to_string(result.rows));
    CHECK(result.stopped);
    CHECK(result.rows.balanced());
    CHECK(result.rows.expected >= 200);
    CHECK(result.rows.expected < 500);
    CHECK(result.rows.applied == result.rows.expected);
  }
}

TEST_CASE("what cannot work is said before a run starts", "[runtime][preflight]") {
  const auto rows = plane(100);
  const auto refused = [&](errc code, const job& which, const data::dataset& with) {
    return failure_of(code, [&] { train(which, with); });
  };
  CHECK(refused(errc::config, small_job("adag", 60001), plane(60000)) ==
        "trainer.workers = 60001, but the data has only 60000 rows; lower it: a worker needs at least one row");
  CHECK(refused(errc::config, small_job("single", 2), rows) ==
        "trainer.workers = 2, but single trains with one worker; set workers = 1, or choose another algorithm");
  auto which = small_job("adag");
  which.trainer.servers = 4;
  CHECK(refused(errc::config, which, rows) == "trainer.servers = 4, but the model has only 3 weights; lower it");
  which = small_job("adag");
  which.model.input = {3};
  CHECK(refused(errc::shape, which, rows) ==
        "the model takes 3 numbers, but a row of memory has 2; correct model.input, "
        "or choose other feature columns");
  CHECK(refused(errc::data, blob_job("adag"), rows) != "no failure"); // labels that are no classes
}

TEST_CASE("a run that diverges fails with what to do", "[runtime][rows]") {
  auto which = small_job("downpour", 2);
  which.trainer.epochs = 200;
  which.trainer.optimizer = {"sgd", {{"learning_rate", 1000.0}}};
  CHECK_THAT(failure_of(errc::diverged, [&] { train(which, plane(100)); }), Catch::Contains("lower learning_rate"));
}

TEST_CASE("a bounded policy keeps every commit within its bound", "[runtime][rows][policy]") {
  const auto rows = plane(203);
  for (const std::string policy : {"wait", "reject"})
    for (const auto& name : asynchronous_algorithms())
      for (const std::size_t bound : {0U, 1U, 2U})
        for (const std::size_t servers : {1U, 3U}) {
          INFO(policy << " of " << bound << ", " << name << ", " << servers << " servers");
          auto which = small_job(name, 5);
          which.trainer.policy = policy;
          which.trainer.max_staleness = bound;
          which.trainer.servers = servers;
          which.trainer.epochs = 3;
          which.trainer.batch_size = 5;
          which.trainer.communication_window = 2;
          const auto result = train(which, rows);
          INFO(to_string(result.rows));
          CHECK(result.rows.balanced());
          CHECK(result.rows.applied == 609);
          REQUIRE_FALSE(result.numbers.staleness.empty());
          CHECK(result.numbers.staleness.rbegin()->first <= bound);
        }
}

TEST_CASE("a policy makes no sense behind a barrier", "[runtime][rows][policy]") {
  auto which = small_job("sync", 2);
  which.trainer.policy = "reject";
  CHECK(failure_of(errc::config, [&] { train(which, plane(100)); }) ==
        "trainer.policy = \"reject\", but with sync no commit is ever stale; leave the policy out");
}

TEST_CASE("every row is trained once with overlap", "[runtime][rows][overlap]") {
  const auto cuts = GENERATE(cut{100, 10, 5}, cut{101, 7, 3}, cut{97, 1, 1});
  const auto rows = plane(cuts.rows);
  for (const auto& name : asynchronous_algorithms())
    for (const std::size_t workers : {1U, 3U, 7U})
      for (const std::size_t servers : {1U, 3U}) {
        INFO(name << ", " << workers << " workers, " << servers << " servers");
        auto which = small_job(name, workers);
        which.trainer.overlap = true;
        which.trainer.servers = servers;
        which.trainer.epochs = 3;
        which.trainer.batch_size = cuts.batch_size;
        which.trainer.communication_window = cuts.window;
        check_balanced(which, rows);
      }
}

TEST_CASE("overlap is refused where there is nothing to overlap", "[runtime][overlap]") {
  const auto refuse = [](const std::string& name, const std::string& policy) {
    auto which = small_job(name, workers_of(name, 2));
    which.trainer.overlap = true;
    which.trainer.policy = policy;
    return failure_of(errc::config, [&] { train(which, plane(100)); });
  };
  CHECK(refuse("single", "") == "trainer.overlap = true, but a worker of single exchanges nothing; leave overlap out");
  CHECK(refuse("sync", "").find("but sync works in rounds") != std::string::npos);
  CHECK(refuse("adag", "wait").find("but under the policy wait") != std::string::npos);
}

TEST_CASE("each way to stop ends a run before its epochs are over", "[runtime][rows]") {
  const auto rows = blobs(200);
  for (const auto& stop :
       std::vector<nlohmann::json>{{{"loss", 100.0}}, {{"accuracy", 0.01}}, {{"rows", 500}}, {{"seconds", 0.001}}}) {
    INFO(stop.dump());
    auto which = blob_job("adag", 2);
    which.trainer.epochs = 1000;
    which.trainer.stop = stop;
    const auto result = train(which, rows);
    CHECK(result.stopped);
    CHECK(result.rows.balanced());
    CHECK(result.rows.applied < rows.rows * which.trainer.epochs);
  }
}
