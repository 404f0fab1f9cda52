#include "common/block.hpp"
#include "common/buffer_pool.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

using dk::block;

TEST_CASE("a copy of a block and its slice share the numbers", "[common][block]") {
  const std::vector<float> values{1, 2, 3, 4};
  const auto whole = block::copy_of(values.data(), values.size());
  const auto copy = whole;
  const auto tail = whole.slice(2, 2);
  CHECK(copy.data() == whole.data());
  CHECK(tail.data() == whole.data() + 2);
  CHECK(tail[1] == 4.0F);
  CHECK(tail.bytes() == 8);
}

TEST_CASE("a slice keeps the numbers alive", "[common][block]") {
  block tail;
  {
    const std::vector<float> values{1, 2, 3};
    tail = block::copy_of(values.data(), values.size()).slice(1, 2);
  }
  CHECK(tail[0] == 2.0F);
}

TEST_CASE("a block's memory is used again and given back on demand", "[common][block]") {
  dk::trim_pool();
  const float* first = nullptr;
  {
    dk::block_writer writer{1U << 20U};
    first = writer.data();
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
  }
  CHECK(dk::pool_idle_bytes() == std::size_t{4} << 20U);
  dk::block_writer again{1U << 20U};
  CHECK(again.data() == first);
  CHECK(dk::pool_idle_bytes() == 0);
}

TEST_CASE("an empty block is harmless", "[common][block]") {
  CHECK(block{}.empty());
  CHECK(std::move(dk::block_writer{0}).done().empty());
}
