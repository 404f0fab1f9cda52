#include "actors/worker/data_loader.hpp"
#include "actors/worker/row_reader.hpp"

#include "tests/actors/actor_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

using namespace dk;
using namespace dk::test;

namespace {

// Row i has the features (i, -i) and the label 10 i.
data::dataset counted_rows(std::size_t rows) {
  data::dataset all;
  all.rows = rows;
  all.feature_shape = {2};
  all.feature_width = 2;
  all.label_width = 1;
  std::vector<float> features;
  std::vector<float> labels;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto number = static_cast<float>(i);
    features.insert(features.end(), {number, -number});
    labels.push_back(10 * number);
  }
  all.features = block_of(features);
  all.labels = block_of(labels);
  return all;
}

// The same rows in a file.
data::dataset stored_rows(std::size_t rows) {
  auto all = counted_rows(rows);
  const auto file = std::make_shared<data::row_file>(std::filesystem::temp_directory_path().string(), 2, 1);
  file->append(all.features.data(), all.labels.data(), rows);
  all.features = {};
  all.labels = {};
  all.stored = file;
  all.buffers = {3, 2};
  return all;
}

class loader_fixture : public actor_fixture {
public:
  void start_stored(bool shuffle) {
    const auto rows = stored_rows(23);
    loader = spawn(data_loader, loader_setup{rows, 1, shuffle, data::sampling::every_row,
                                             system.spawn(row_reader, row_reader_setup{rows, 1, shuffle})});
  }

  void start(bool shuffle, std::uint64_t seed = 1) {
    loader = spawn(data_loader, loader_setup{counted_rows(23), seed, shuffle});
  }

  void send_fetch(const probe& reader, fetch what) {
    reader.send(loader, what);
    run();
  }

  void give(const probe& reader, std::uint64_t lease, std::uint32_t credit) {
    reader.send(loader, credit_atom_v, lease, credit);
    run();
  }

  // The labels of all batches that came, and nothing but whole samples.
  std::vector<float> labels_of(const probe& reader) {
    std::vector<float> labels;
    while (reader.count<batch>() > 0) {
      const auto one = reader.take<batch>();
      CHECK(one.features.size() == 2 * one.rows);
      REQUIRE(one.labels.size() == one.rows);
      for (std::size_t i = 0; i < one.rows; ++i) {
        CHECK(one.features[2 * i] * 10 == one.labels[i]);
        CHECK(one.features[2 * i + 1] * -10 == one.labels[i]);
        labels.push_back(one.labels[i]);
      }
    }
    return labels;
  }

  std::vector<float> epoch_of(std::uint32_t epoch) {
    send_fetch(me, {1, {epoch, 0}, {0, 23}, 5, 99});
    return labels_of(me);
  }

  loader_actor loader;
};

} // namespace

TEST_CASE_METHOD(loader_fixture, "a chunk comes in batches; the last one is short and says so",
                 "[actors][data_loader]") {
  start(false);
  send_fetch(me, {7, {0, 1}, {10, 23}, 5, 99});
  REQUIRE(me.count<batch>() == 3);
  for (const auto& [rows, last] : {std::pair{5U, false}, {5U, false}, {3U, true}}) {
    const auto one = me.take<batch>();
    CHECK(one.lease == 7);
    CHECK(one.rows == rows);
    CHECK(one.last == last);
  }
  send_fetch(me, {8, {0, 0}, {0, 10}, 5, 99});
  CHECK(labels_of(me) == std::vector<float>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
}

TEST_CASE_METHOD(loader_fixture, "a batch larger than its chunk is the chunk", "[actors][data_loader]") {
  start(false);
  send_fetch(me, {1, {0, 0}, {20, 23}, 100, 1});
  const auto only = me.take<batch>();
  CHECK(only.rows == 3);
  CHECK(only.last);
}

TEST_CASE_METHOD(loader_fixture, "no more batches are under way than there is credit", "[actors][data_loader]") {
  start(false);
  send_fetch(me, {1, {0, 0}, {0, 23}, 2, 3});
  CHECK(me.count<batch>() == 3);
  give(me, 1, 1);
  CHECK(me.count<batch>() == 4);
  give(me, 1, 2);
  CHECK(me.count<batch>() == 6);
  give(me, 2, 5); // credit for another lease
  CHECK(me.count<batch>() == 6);
  give(me, 1, 50);
  CHECK(me.count<batch>() == 12);
  give(me, 1, 1); // nothing is left
  CHECK(me.count<batch>() == 12);
}

TEST_CASE_METHOD(loader_fixture, "a new fetch ends the old one", "[actors][data_loader]") {
  start(false);
  send_fetch(me, {1, {0, 0}, {0, 10}, 5, 1});
  const auto other = make_probe();
  send_fetch(other, {2, {0, 1}, {10, 20}, 5, 1});
  give(me, 1, 5);
  CHECK(labels_of(me) == std::vector<float>{0, 10, 20, 30, 40});
  give(other, 2, 5);
  CHECK(labels_of(other) == std::vector<float>{100, 110, 120, 130, 140, 150, 160, 170, 180, 190});
}

TEST_CASE_METHOD(loader_fixture, "each epoch visits every row once, in an order of its own", "[actors][data_loader]") {
  start(true);
  const auto first = epoch_of(0);
  const auto second = epoch_of(1);
  CHECK(first != second);
  CHECK(epoch_of(0) == first); // an order can be had again
  for (auto labels : {first, second}) {
    CHECK_FALSE(std::is_sorted(labels.begin(), labels.end()));
    std::sort(labels.begin(), labels.end());
    REQUIRE(labels.size() == 23);
    for (std::size_t i = 0; i < labels.size(); ++i)
      CHECK(labels[i] == 10 * static_cast<float>(i));
  }
}

TEST_CASE_METHOD(loader_fixture, "two loaders of one seed agree, of two seeds they do not", "[actors][data_loader]") {
  start(true, 5);
  const auto here = epoch_of(0);
  start(true, 5);
  CHECK(epoch_of(0) == here);
  start(true, 6);
  CHECK(epoch_of(0) != here);
}

TEST_CASE_METHOD(loader_fixture, "without shuffling the order is the file's", "[actors][data_loader]") {
  start(false);
  const auto labels = epoch_of(3);
  CHECK(labels.size() == 23);
  CHECK(std::is_sorted(labels.begin(), labels.end()));
}

TEST_CASE_METHOD(loader_fixture, "a fetch that fits no rows ends the loader", "[actors][data_loader]") {
  start(false);
  send_fetch(
      me, GENERATE(fetch{1, {0, 0}, {20, 24}, 5, 1}, fetch{1, {0, 0}, {5, 5}, 5, 1}, fetch{1, {0, 0}, {0, 5}, 0, 1}));
  REQUIRE(end_of(loader));
  CHECK(to_failure(*end_of(loader)).code() == errc::internal);
  CHECK(me.count<batch>() == 0);
}

TEST_CASE_METHOD(loader_fixture, "stored rows come as those in memory do", "[actors][data_loader]") {
  start_stored(false);
  send_fetch(me, {7, {0, 1}, {10, 23}, 5, 2});
  CHECK(me.count<batch>() == 2);
  give(me, 7, 5);
  REQUIRE(me.count<batch>() == 3);
  for (const auto& [rows, last] : {std::pair{5U, false}, {5U, false}, {3U, true}}) {
    const auto one = me.take<batch>();
    CHECK(one.lease == 7);
    CHECK(one.rows == rows);
    CHECK(one.last == last);
    CHECK(one.features[0] * 10 == one.labels[0]);
  }
}

TEST_CASE_METHOD(loader_fixture, "stored rows are shuffled anew for each epoch", "[actors][data_loader]") {
  start_stored(true);
  const auto first = epoch_of(0);
  const auto second = epoch_of(1);
  CHECK(first != second);
  CHECK(epoch_of(0) == first);
  for (auto labels : {first, second}) {
    std::sort(labels.begin(), labels.end());
    for (std::size_t i = 0; i < 23; ++i)
      CHECK(labels[i] == 10 * static_cast<float>(i));
  }
}
