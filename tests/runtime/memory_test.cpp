// A program may train again and again: nothing of a run stays behind.
#include "small_job.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
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

} // namespace

TEST_CASE("fifty runs in one process leave no memory, thread or open file behind", "[runtime][memory]") {
#ifdef __SANITIZE_ADDRESS__
  constexpr std::size_t margin = 300U << 20U; // the sanitizer keeps freed memory for a while, up to 256 MiB
#else
  constexpr std::size_t margin = 8U << 20U; // what all runs together may add to the memory in use
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
  const auto threads = entries("/proc/self/task");
  const auto files = entries("/proc/self/fd");
  for (std::size_t i = 0; i < 50; ++i) {
    one_run(i);
    CHECK(entries("/proc/self/task") == threads);
    CHECK(entries("/proc/self/fd") == files);
  }
  CHECK(resident_bytes() < resident + margin);
}
