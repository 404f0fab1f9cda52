#include "runtime/run/forecast.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace dk;

namespace {

constexpr std::size_t model_weights = 1000; // 4,000 bytes each way
constexpr std::size_t row_bytes = 40;

// Chunks of 100 rows.
job job_of_chunks(std::size_t workers) {
  job which;
  which.trainer.workers = workers;
  which.trainer.batch_size = 10;
  which.trainer.communication_window = 10;
  return which;
}

host_facts host(const std::string& where, std::uint32_t workers, std::uint32_t shards, double bytes_per_second) {
  return {where, workers, shards, 4, 0.001, bytes_per_second, 1000};
}

std::string text_of(const job& which, const std::vector<host_facts>& hosts) {
  return forecast_text(which, model_weights, row_bytes, hosts);
}

} // namespace

TEST_CASE("half of what two hosts exchange passes over each one's card", "[runtime][forecast]") {
  const std::vector<host_facts> hosts{host("a:1", 1, 1, 1e5), host("b:1", 1, 1, 2e5)};
  auto which = job_of_chunks(2);
  const auto now = forecast_of(which, model_weights, row_bytes, hosts);
  CHECK(now.chunk_rows == 100);
  CHECK(now.commit_bytes == 4000);
  CHECK(now.center_bytes == 4000);
  CHECK(now.away == 0.5);
  // Out of each card go half a commit, and half a center for the other's worker: 25 times a second on the slower one.
  CHECK(now.network == Approx(25 * 2 * 100));
  CHECK(now.slowest == "a:1");
  CHECK(now.cores == 2000);
  CHECK(now.answers == Approx(2 * 100 / 0.002)); // each worker waits for two answers of a millisecond
  CHECK(now.expected == Approx(1 / (1. / 5000 + 1. / 2000 + 1. / 100000)));
  which.trainer.overlap = true;
  CHECK(forecast_of(which, model_weights, row_bytes, hosts).expected == 2000);
}

TEST_CASE("shards in the driver make its card the limit", "[runtime][forecast]") {
  const auto which = job_of_chunks(2);
  const auto now = forecast_of(which, model_weights, row_bytes, {host("a:1", 1, 0, 1e5), host("b:1", 1, 0, 1e5)});
  CHECK(now.away == 1);
  CHECK(now.network == Approx(12.5 * 2 * 100)); // two commits of 4,000 bytes come in
  CHECK(now.slowest.empty());
}

TEST_CASE("rows that the driver sends count", "[runtime][forecast]") {
  auto which = job_of_chunks(2);
  which.data.where = "driver";
  const auto now = forecast_of(which, model_weights, row_bytes, {host("a:1", 1, 1, 1e5), host("b:1", 1, 1, 1e5)});
  CHECK(now.batch_bytes == 4000);
  CHECK(now.network == Approx(12.5 * 2 * 100)); // 4,000 of rows and 4,000 of exchanges come in
}

TEST_CASE("a host has no more cores than it has", "[runtime][forecast]") {
  const auto now = forecast_of(job_of_chunks(10), model_weights, row_bytes, {host("a:1", 10, 1, 1e5)});
  CHECK(now.cores == 4000);
  CHECK(now.away == 0);
  CHECK(std::isinf(now.network)); // all shards are on its host
  CHECK(now.expected == Approx(1 / (1. / 4000 + 1. / 500000)));
}

TEST_CASE("nodes of one host share its cores", "[runtime][forecast]") {
  const std::vector<host_facts> hosts{host("a:1", 3, 1, 1e5), host("a:2", 3, 1, 1e5), host("b:1", 2, 1, 1e5)};
  CHECK(forecast_of(job_of_chunks(8), model_weights, row_bytes, hosts).cores == Approx(4000 + 2000));
}

TEST_CASE("small chunks wait for answers", "[runtime][forecast]") {
  auto which = job_of_chunks(2);
  which.trainer.batch_size = 1;
  which.trainer.overlap = true;
  const auto now = forecast_of(which, 1, row_bytes, {host("a:1", 2, 1, 1e5)});
  CHECK(now.expected == Approx(2000)); // the cores: 10 rows of two workers in 10 ms
  which.trainer.communication_window = 1;
  CHECK(forecast_of(which, 1, row_bytes, {host("a:1", 2, 1, 1e5)}).expected == Approx(2 * 1 / 0.002));
}

TEST_CASE("the text says which is the limit, and what would lift it", "[runtime][forecast]") {
  auto which = job_of_chunks(2);
  CHECK(text_of(which, {}).empty());
  CHECK(text_of(which, {host("a:1", 2, 1, 1e5)}) ==
        "1 node: 0.8 Mbit/s and 1 ms from here\n"
        "no weights pass over the network; the cores train 2,000 rows/s: expect about 2,000 rows/s\n");
  const auto slow = text_of(which, {host("a:1", 1, 1, 1e4), host("b:1", 1, 1, 1e5)});
  INFO(slow);
  CHECK(slow.find("2 nodes: 0.08 Mbit/s and 1 ms from here to the slowest, a:1\n") == 0);
  CHECK(slow.find("an exchange, 100 rows, takes 4,000 bytes to the shards and 4,000 bytes back, 50 % of them over the "
                  "network\n") != std::string::npos);
  CHECK(slow.find("the network carries 500 rows/s, the cores train 2,000 rows/s: expect about 400 rows/s\n") !=
        std::string::npos);
  CHECK(slow.find("the network is the limit; faster with trainer.overlap = true (500 rows/s), "
                  "trainer.communication_window = 160 (1,600 rows/s), trainer.compress = \"int8\" (") !=
        std::string::npos);
  const auto fast = text_of(which, {host("a:1", 1, 1, 1e8), host("b:1", 1, 1, 1e8)});
  CHECK(fast.find("the network is the limit") == std::string::npos);
}

TEST_CASE("a model that is trained alone exchanges nothing", "[runtime][forecast]") {
  auto which = job_of_chunks(2);
  which.trainer.algorithm = chosen_algorithm{"ensemble"};
  const auto now = forecast_of(which, model_weights, row_bytes, {host("a:1", 1, 0, 1e5), host("b:1", 1, 0, 1e5)});
  CHECK(now.commit_bytes == 0);
  CHECK(std::isinf(now.network));
}
