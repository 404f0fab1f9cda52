#include "data/shuffle.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using dk::data::row_order;

namespace {

bool is_bijection(const row_order& order) {
  std::vector<bool> seen(order.rows());
  for (std::uint64_t i = 0; i < order.rows(); ++i) {
    const auto row = order(i);
    if (row >= order.rows() || seen[row])
      return false;
    seen[row] = true;
  }
  return true;
}

std::size_t differences(const row_order& a, const row_order& b) {
  std::size_t count = 0;
  for (std::uint64_t i = 0; i < a.rows(); ++i)
    count += a(i) != b(i) ? 1U : 0U;
  return count;
}

} // namespace

TEST_CASE("every order visits every row once", "[data][shuffle]") {
  for (std::uint64_t rows = 1; rows <= 300; ++rows)
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch)
      REQUIRE(is_bijection({rows, epoch, rows, true}));
  CHECK(is_bijection({1, 0, 60000, true}));
  CHECK(is_bijection({1, 1, 65536, true}));
  CHECK(is_bijection({1, 1, 65537, true}));
}

TEST_CASE("an order that is not shuffled is the file's", "[data][shuffle]") {
  const row_order order{1, 2, 1000, false};
  for (std::uint64_t i = 0; i < 1000; ++i)
    REQUIRE(order(i) == i);
}

TEST_CASE("the same seed and epoch give the same order, others another", "[data][shuffle]") {
  const row_order order{1, 0, 60000, true};
  CHECK(differences(order, {1, 0, 60000, true}) == 0);
  CHECK(differences(order, {1, 1, 60000, true}) > 59000);
  CHECK(differences(order, {2, 0, 60000, true}) > 59000);
  CHECK(differences(order, {1, 0, 60000, false}) > 59000);
}

TEST_CASE("places and rows are independent, roughly", "[data][shuffle]") {
  constexpr std::uint64_t rows = 60000;
  constexpr std::uint64_t cells = 16;
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
    const row_order order{3, epoch, rows, true};
    std::vector<double> count(cells * cells);
    double ascents = 0;
    for (std::uint64_t i = 0; i < rows; ++i) {
      count[i * cells / rows * cells + order(i) * cells / rows] += 1;
      ascents += i > 0 && order(i) > order(i - 1) ? 1 : 0;
    }
    constexpr double expected = static_cast<double>(rows) / (cells * cells);
    double chi = 0;
    for (const auto n : count)
      chi += (n - expected) * (n - expected) / expected;
    CHECK(chi < 225 + 6 * 21.2); // 15 x 15 degrees of freedom: mean 225, deviation sqrt(450)
    CHECK(chi > 225 - 6 * 21.2);
    CHECK(std::abs(ascents / rows - 0.5) < 0.01);
  }
}

TEST_CASE("over many epochs each row of a small set comes first equally often", "[data][shuffle]") {
  constexpr std::uint64_t rows = 10;
  constexpr std::uint64_t epochs = 20000;
  std::vector<double> first(rows);
  for (std::uint64_t epoch = 0; epoch < epochs; ++epoch)
    first[row_order{5, epoch, rows, true}(0)] += 1;
  double chi = 0;
  for (const auto n : first)
    chi += (n - epochs / rows) * (n - epochs / rows) / (epochs / rows);
  CHECK(chi < 9 + 6 * 4.3); // 9 degrees of freedom
}

TEST_CASE("a bootstrap sample has the same rows in every epoch, in another order", "[data][shuffle]") {
  using dk::data::sampling;
  constexpr std::uint64_t rows = 10000;
  const row_order first{1, 0, rows, true, sampling::bootstrap};
  const row_order second{1, 1, rows, true, sampling::bootstrap};
  const row_order in_order{1, 0, rows, false, sampling::bootstrap};
  CHECK_FALSE(in_order.is_file_order());
  std::vector<int> drawn[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& order = i == 0 ? first : i == 1 ? second : in_order;
    drawn[i].resize(rows);
    for (std::uint64_t place = 0; place < rows; ++place)
      ++drawn[i].at(order(place));
  }
  CHECK(drawn[0] == drawn[1]);
  CHECK(drawn[0] == drawn[2]);
  CHECK(differences(first, second) > rows / 2);
  std::size_t never = 0;
  for (const auto times : drawn[0])
    never += times == 0 ? 1U : 0U;
  CHECK(std::abs(static_cast<double>(never) / rows - std::exp(-1.0)) < 0.02); // (1 - 1/n)^n
  CHECK(differences(first, {2, 0, rows, true, sampling::bootstrap}) > rows / 2);
}

TEST_CASE("an order in windows visits every row once", "[data][shuffle]") {
  for (std::uint64_t rows = 1; rows <= 300; rows += 7)
    for (std::uint64_t block = 1; block < 12; block += 3)
      for (std::uint64_t blocks = 1; blocks < 6; ++blocks)
        REQUIRE(is_bijection({rows, 1, rows, true, dk::data::sampling::every_row, {block, blocks}}));
}

TEST_CASE("a window's rows are those of its blocks, which come from everywhere", "[data][shuffle]") {
  constexpr std::uint64_t block = 10;
  constexpr std::uint64_t blocks = 8;
  const row_order order{1, 0, 10'003, true, dk::data::sampling::every_row, {block, blocks}};
  REQUIRE(order.num_buffers() == 125);
  CHECK(order.buffer_rows(0) == 80);
  CHECK(order.buffer_rows(124) == 83);
  std::vector<std::uint64_t> firsts;
  for (std::uint64_t window = 0; window < 124; ++window) {
    std::vector<std::uint64_t> in_window;
    for (std::uint64_t i = window * 80; i < (window + 1) * 80; ++i)
      in_window.push_back(order(i) / block);
    firsts.push_back(in_window.front());
    std::sort(in_window.begin(), in_window.end());
    in_window.erase(std::unique(in_window.begin(), in_window.end()), in_window.end());
    REQUIRE(in_window.size() == blocks);
    for (std::uint64_t inside = 0; inside < block * blocks; ++inside) {
      const auto row = order.row_at({window, inside});
      REQUIRE(std::binary_search(in_window.begin(), in_window.end(), row / block));
      REQUIRE(row % block == inside % block);
    }
  }
  CHECK(*std::min_element(firsts.begin(), firsts.end()) < 50);
  CHECK(*std::max_element(firsts.begin(), firsts.end()) > 950);
  CHECK(differences(order, {1, 1, 10'003, true, dk::data::sampling::every_row, {block, blocks}}) > 9900);
  CHECK(row_order{1, 0, 100, true, dk::data::sampling::every_row, {60, 1}}.is_buffered() == false);
}

TEST_CASE("windows are not shuffled alike", "[data][shuffle]") {
  const row_order order{1, 0, 1000, true, dk::data::sampling::every_row, {10, 4}};
  REQUIRE(order.num_buffers() == 25);
  const auto places_in = [&](std::uint64_t window) {
    std::vector<std::uint64_t> places;
    for (std::uint64_t i = window * 40; i < (window + 1) * 40; ++i)
      places.push_back(order.spot_of(i).inside);
    return places;
  };
  std::vector<std::vector<std::uint64_t>> all;
  for (std::uint64_t window = 0; window < 24; ++window) // the last one is longer
    all.push_back(places_in(window));
  std::sort(all.begin(), all.end());
  const auto alike = std::unique(all.begin(), all.end());
  CHECK(alike - all.begin() >= 12); // of 40 that there are
}
