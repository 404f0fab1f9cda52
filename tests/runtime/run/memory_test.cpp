// A program may train again and again: nothing of a run stays behind.
#include "tests/runtime/small_job.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <unistd.h>

using namespace dk;
using namespace dk::test;

namespace {

std::size_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all{folder};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// A thread that was joined stands in /proc until the kernel has buried it, an instant later.
std::size_t threads_left(std::size_t expected) {
  for (int i = 0; i < 2000 && entries("/proc/self/task") != expected; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  return entries("/proc/self/task");
}

} // namespace

TEST_CASE("fifty runs in one process leave no memory, thread or open file behind", "[runtime][memory]") {
#ifdef DK_SANITIZED
  constexpr std::size_t margin = 300U << 20U; // the sanitizer keeps freed memory for a while, up to 256 MiB
#else
  constexpr std::size_t margin =
      14U << 20U; // all runs may add to the memory in use; a center that each keeps is 16 MiB
#endif
  const auto rows = plane(400);
  const auto names = algorithm_names();
  const auto one_run = [&](std::size_t number) {
    const auto& name = names[number % names.size()];
    auto which = small_job(name, workers_of(name, 3));
    which.model.layers.insert(which.model.layers.begin(), {"dense", {{"units", 20000}}}); // 80,001 weights
    const auto result = train(which, rows);
    CHECK(result.rows.balanced());
  };
  for (std::size_t i = 0; i < 10; ++i)
    one_run(i);
  const auto resident = resident_bytes();
  const auto threads = threads_left(1);
  const auto files = entries("/proc/self/fd");
  for (std::size_t i = 0; i < 50; ++i) {
    one_run(i);
    CHECK(threads_left(threads) == threads);
    CHECK(entries("/proc/self/fd") == files);
  }
  CHECK(resident_bytes() < resident + margin);
}
