// Rows on disk come back as they were given, whatever pieces they are written and read in.
#include "data/row_file.hpp"

#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <numeric>

using dk::data::row_file;
using dk::test::temporary_folder;

namespace {

// Row i has the features i + 1/4, i + 2/4, ... and the labels -i - 1/4, ...
void check_rows(const row_file& file, std::uint64_t first, std::size_t count, std::size_t features,
                std::size_t labels) {
  INFO(count << " rows from " << first << " on, of " << features << " and " << labels << " numbers");
  std::vector<float> x(count * features);
  std::vector<float> y(count * labels);
  file.read(first, count, x.data(), y.data());
  std::vector<float> lines(count * (features + labels));
  file.read_lines(first, count, lines.data());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = static_cast<float>(first + i);
    const auto* const line = lines.data() + i * (features + labels);
    for (std::size_t k = 0; k < features; ++k) {
      const auto due = row + static_cast<float>(k + 1) / 4;
      wrong += x[i * features + k] != due || line[k] != due ? 1U : 0U;
    }
    for (std::size_t k = 0; k < labels; ++k) {
      const auto due = -row - static_cast<float>(k + 1) / 4;
      wrong += y[i * labels + k] != due || line[features + k] != due ? 1U : 0U;
    }
  }
  CHECK(wrong == 0);
}

} // namespace

// A million numbers are written, and 256 rows read, at a time.
TEST_CASE("rows are read as they were appended, in pieces of any size", "[data][row_file]") {
  const temporary_folder folder;
  for (const std::size_t features : {3U, 800U})
    for (const std::size_t labels : {0U, 1U, 2U}) {
      row_file file{folder.path(""), features, labels};
      const std::size_t rows = (std::size_t{1} << 20U) / (features + labels) + 700; // more than one piece
      std::vector<float> x(rows * features);
      std::vector<float> y(rows * labels);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t k = 0; k < features; ++k)
          x[i * features + k] = static_cast<float>(i) + static_cast<float>(k + 1) / 4;
        for (std::size_t k = 0; k < labels; ++k)
          y[i * labels + k] = -static_cast<float>(i) - static_cast<float>(k + 1) / 4;
      }
      constexpr std::size_t few = 5;
      file.append(x.data(), y.data(), few);
      file.append(x.data() + few * features, y.data() + few * labels, rows - few);
      CHECK(file.rows() == rows);
      for (const std::size_t count : {1U, 255U, 256U, 257U, 600U}) {
        check_rows(file, 0, count, features, labels);
        check_rows(file, rows - count, count, features, labels);
      }
    }
}
