#include "common/buffer_pool.hpp"

#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace dk {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

// Sizes are rounded so that batches and slices of nearly the same size share a shelf.
std::size_t shelf_of(std::size_t bytes) {
  const std::size_t step = bytes >= huge_page ? huge_page : 4096;
  return (bytes + step - 1) / step * step;
}

struct pool {
  std::mutex lock;
  std::map<std::size_t, std::vector<std::byte*>> shelves;
  std::size_t idle = 0;
};

// Never destroyed: a block may outlive every static object.
pool& shared_pool() {
  static pool* const instance = new pool;
  return *instance;
}

std::byte* fresh(std::size_t size) {
  const std::size_t alignment = size >= huge_page ? huge_page : 64;
  auto* bytes = static_cast<std::byte*>(std::aligned_alloc(alignment, size));
  if (bytes == nullptr)
    throw std::bad_alloc{};
  if (size >= huge_page)
    madvise(bytes, size, MADV_HUGEPAGE); // advice only: without it the block is merely slower
  return bytes;
}

std::byte* take(std::size_t size) {
  auto& from = shared_pool();
  {
    std::lock_guard<std::mutex> guard{from.lock};
    auto& shelf = from.shelves[size];
    if (!shelf.empty()) {
      auto* bytes = shelf.back();
      shelf.pop_back();
      from.idle -= size;
      return bytes;
    }
  }
  return fresh(size);
}

void put_back(std::byte* bytes, std::size_t size) {
  auto& to = shared_pool();
  std::lock_guard<std::mutex> guard{to.lock};
  to.shelves[size].push_back(bytes);
  to.idle += size;
}

} // namespace

std::shared_ptr<std::byte> pooled_bytes(std::size_t bytes) {
  const auto size = shelf_of(bytes == 0 ? 1 : bytes);
  return {take(size), [size](std::byte* block) { put_back(block, size); }};
}

std::size_t pool_idle_bytes() {
  auto& of = shared_pool();
  std::lock_guard<std::mutex> guard{of.lock};
  return of.idle;
}

void trim_pool() {
  auto& from = shared_pool();
  std::map<std::size_t, std::vector<std::byte*>> shelves;
  {
    std::lock_guard<std::mutex> guard{from.lock};
    shelves.swap(from.shelves);
    from.idle = 0;
  }
  for (auto& [size, shelf] : shelves)
    for (auto* bytes : shelf)
      std::free(bytes);
}

} // namespace dk
