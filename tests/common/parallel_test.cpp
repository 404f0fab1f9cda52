#include "common/parallel.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace dk;

TEST_CASE("all parts are done, alone in a serial scope", "[common]") {
  const auto here = std::this_thread::get_id();
  std::atomic<std::size_t> done{0};
  in_parallel(100, [&](std::size_t) { ++done; });
  CHECK(done == 100);
  const serial_scope alone;
  std::atomic<std::size_t> elsewhere{0};
  in_parallel(100, [&](std::size_t) { elsewhere += std::this_thread::get_id() == here ? 0U : 1U; });
  CHECK(elsewhere == 0);
}
