#include "runtime/node/capacity.hpp"

#include <catch2/catch.hpp>

using namespace dk;

TEST_CASE("a node has room for what it has least of", "[runtime][node]") {
  const std::uint64_t megabyte = 1U << 20U;
  capacity there_is{1000 * megabyte, 500, 600, 70};
  CHECK(room_in(there_is, 20 * megabyte) == 50); // memory
  CHECK(room_in(there_is, 10 * megabyte) == 70); // ports
  there_is.ports = ~std::uint64_t{0};
  CHECK(room_in(there_is, megabyte) == 100); // threads
  there_is.threads = there_is.ports;
  CHECK(room_in(there_is, megabyte) == 500); // handles
  CHECK(to_text(there_is, 20 * megabyte, {}) ==
        "memory for 50 (1,000 MB, 20 MB each), file handles for 500, threads for any number");
  CHECK(to_text({1000 * megabyte, 500, 600, 70}, 20 * megabyte, {7100, 7169}) ==
        "memory for 50 (1,000 MB, 20 MB each), file handles for 500, threads for 100, ports 7100-7169 for 70");
}

TEST_CASE("this host has some of everything", "[runtime][node]") {
  const auto now = capacity_now({7100, 7109}, 4);
  CHECK(now.memory > 0);
  CHECK(now.handles > 0);
  CHECK(now.threads > 0);
  CHECK(now.ports == 6);
}
