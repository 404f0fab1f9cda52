#include "common/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace dk {

namespace {

thread_local bool is_serial = false;

} // namespace

serial_scope::serial_scope() : before_(is_serial) {
  is_serial = true;
}

serial_scope::~serial_scope() {
  is_serial = before_;
}

std::size_t cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

void in_parallel(std::size_t parts, const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> thrown(parts);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (auto part = next++; part < parts; part = next++)
      try {
        work(part);
      } catch (...) {
        thrown[part] = std::current_exception();
      }
  };
  std::vector<std::thread> helpers;
  const auto wanted = is_serial ? 1 : std::min(parts, cores());
  try {
    for (std::size_t i = 1; i < wanted; ++i)
      helpers.emplace_back(run);
  } catch (const std::system_error&) { // no more threads are to be had: those that there are do the work
  }
  run();
  for (auto& helper : helpers)
    helper.join();
  for (const auto& one : thrown)
    if (one)
      std::rethrow_exception(one);
}

void over_ranges(std::size_t count, std::size_t least, const std::function<void(std::size_t, std::size_t)>& work) {
  const auto parts = std::clamp<std::size_t>(count / std::max<std::size_t>(least, 1), 1, cores());
  in_parallel(parts, [&](std::size_t part) { work(part * count / parts, (part + 1) * count / parts); });
}

} // namespace dk
