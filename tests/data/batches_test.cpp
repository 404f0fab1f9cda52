#include "data/batches.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

using dk::data::dataset;
using dk::data::row_order;

namespace {

dataset counting(std::size_t rows, std::size_t width, std::size_t label_width) {
  dk::block_writer features{rows * width};
  dk::block_writer labels{rows * label_width};
  std::iota(features.data(), features.data() + features.size(), 0.0F);
  std::iota(labels.data(), labels.data() + labels.size(), 0.5F);
  return {rows, {width}, width, label_width, std::move(features).done(), std::move(labels).done(), ""};
}

} // namespace

TEST_CASE("a batch holds the rows of the order, as a plain loop finds them", "[data][batches]") {
  const auto width = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{100});
  const auto shuffle = GENERATE(true, false);
  const auto all = counting(97, width, 2);
  const row_order order{1, 0, all.rows, shuffle};
  for (const std::size_t first : {0U, 13U, 60U})
    for (const std::size_t count : {0U, 1U, 16U, 37U}) {
      std::vector<float> features(count * width + 1, -1.0F);
      std::vector<float> labels(count * 2 + 1, -1.0F);
      gather(all, order, first, count, features.data(), labels.data());
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = order(first + i);
        for (std::size_t j = 0; j < width; ++j)
          REQUIRE(features[i * width + j] == all.features[row * width + j]);
        REQUIRE(labels[2 * i] == all.labels[2 * row]);
        REQUIRE(labels[2 * i + 1] == all.labels[2 * row + 1]);
      }
      CHECK(features.back() == -1.0F);
      CHECK(labels.back() == -1.0F);
    }
}

TEST_CASE("data without labels is gathered without", "[data][batches]") {
  const auto all = counting(10, 2, 0);
  std::vector<float> features(20);
  gather(all, {1, 0, 10, true}, 0, 10, features.data(), nullptr);
  CHECK(std::accumulate(features.begin(), features.end(), 0.0F) == 190.0F);
}
