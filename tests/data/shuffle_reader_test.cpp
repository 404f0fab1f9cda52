// The window reader gives what gather gives, whatever is asked for in what order.
#include "data/batches.hpp"
#include "data/shuffle_reader.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

namespace {

// Row i has the features (i, -i) and the label 10 i.
data::dataset stored_rows(const temporary_folder& folder, std::size_t rows, data::shuffle_buffers windows) {
  const auto file = std::make_shared<data::row_file>(folder.path(""), 2, 1);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto number = static_cast<float>(i);
    const float features[] = {number, -number};
    const auto label = 10 * number;
    file->append(features, &label, 1);
  }
  data::dataset all;
  all.rows = rows;
  all.feature_shape = {2};
  all.feature_width = 2;
  all.label_width = 1;
  all.stored = file;
  all.buffers = windows;
  return all;
}

struct asked {
  std::uint64_t epoch;
  std::uint64_t first;
  std::size_t count;
};

// Whether the reader answers as the order of that epoch has it.
bool is_answered(data::shuffle_reader& reader, const data::dataset& rows, const asked& what) {
  std::vector<float> features(what.count * 2);
  std::vector<float> labels(what.count);
  reader.gather(what.epoch, what.first, what.count, features.data(), labels.data());
  const data::row_order order{3, what.epoch, rows.rows, true, data::sampling::every_row, rows.buffers};
  for (std::size_t i = 0; i < what.count; ++i) {
    const auto row = static_cast<float>(order(what.first + i));
    if (features[2 * i] != row || features[2 * i + 1] != -row || labels[i] != 10 * row)
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("epochs are read window after window", "[data][shuffle_reader]") {
  const temporary_folder folder;
  const auto rows = stored_rows(folder, 1003, {8, 5});
  data::shuffle_reader reader{rows, 3, true, data::sampling::every_row};
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch)
    for (std::uint64_t first = 0; first < 1003; first += 17)
      REQUIRE(is_answered(reader, rows, {epoch, first, std::min<std::size_t>(17, 1003 - first)}));
}

TEST_CASE("what is asked for late, early or again is read all the same", "[data][shuffle_reader]") {
  const temporary_folder folder;
  const auto rows = stored_rows(folder, 1003, {8, 5});
  data::shuffle_reader reader{rows, 3, true, data::sampling::every_row};
  for (const auto& what : {asked{0, 0, 10}, asked{0, 500, 10}, asked{0, 10, 10}, asked{0, 35, 90}, asked{2, 990, 13},
                           asked{1, 0, 3}, asked{3, 0, 1003}, asked{3, 0, 1}})
    REQUIRE(is_answered(reader, rows, what));
}

TEST_CASE("rows that one window holds, or that are not shuffled, are read as they are asked for",
          "[data][shuffle_reader]") {
  const temporary_folder folder;
  const auto few = stored_rows(folder, 50, {8, 5});
  data::shuffle_reader shuffled{few, 3, true, data::sampling::every_row};
  CHECK(is_answered(shuffled, few, {1, 3, 40}));
  data::shuffle_reader in_order{few, 3, false, data::sampling::every_row};
  float features[4];
  float labels[2];
  in_order.gather(5, 7, 2, features, labels);
  CHECK(features[0] == 7);
  CHECK(features[2] == 8);
  CHECK(labels[1] == 80);
}

TEST_CASE("a part of stored rows is read from its own place", "[data][shuffle_reader]") {
  const temporary_folder folder;
  const auto all = stored_rows(folder, 400, {8, 5});
  const auto part = data::part_of(all, 1, 2);
  data::shuffle_reader reader{part, 3, true, data::sampling::every_row};
  std::vector<float> features(400);
  std::vector<float> labels(200);
  reader.gather(0, 0, 200, features.data(), labels.data());
  std::vector<bool> seen(200);
  for (const auto label : labels) {
    const auto row = static_cast<std::size_t>(label / 10);
    REQUIRE(row >= 200);
    seen[row - 200] = true;
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 200);
}
