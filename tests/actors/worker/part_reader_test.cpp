#include "actors/worker/part_reader.hpp"

#include "actors/worker/data_loader.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/support.hpp"

#include <cstring>
#include <map>

using namespace dk;
using namespace dk::test;

namespace {

constexpr std::size_t all_rows = 40;
constexpr std::size_t part_rows = 10;

// Row i has the features (i / 7, -i), the label i % 3 and the weight i: some columns have books.
data::dataset seven_rows(bool weighted) {
  data::dataset all;
  all.rows = all_rows;
  all.feature_shape = {2};
  all.feature_width = 2;
  all.label_width = 1;
  all.weighted = weighted;
  std::vector<float> features;
  std::vector<float> labels;
  std::vector<float> weights;
  for (std::size_t i = 0; i < all_rows; ++i) {
    const auto number = static_cast<float>(i);
    features.insert(features.end(), {number / 7, -number});
    labels.push_back(static_cast<float>(i % 3));
    weights.push_back(number);
  }
  all.features = block_of(features);
  all.labels = block_of(labels);
  if (weighted)
    all.weights = block_of(weights);
  return all;
}

/// Four parts: the first and the third are here, the others with two keepers.
class parts_fixture : public actor_fixture {
public:
  void start(bool shuffle, bool weighted = false, data::shuffle_buffers buffers = {}) {
    rows = seven_rows(weighted);
    rows.buffers = buffers;
    part_reader_setup setup;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto file = data::seal(data::slice_of(rows, i * part_rows, part_rows), folder.path(""));
      files[file->name()] = file;
      sealed_part part{part_rows, file->name(), file->bytes(), nullptr, {}};
      if (i % 2 == 0) {
        file->keep_as(folder.path(file->name()));
        part.here = std::make_shared<data::sealed_rows>(folder.path(file->name()));
      } else {
        part.keepers = {0, 1};
      }
      setup.parts.push_back(part);
    }
    setup.keepers = {{peer.as<row_keeper_actor>(), "node a:1"}, {driver.as<row_keeper_actor>(), "the driver"}};
    setup.feature_width = 2;
    setup.label_width = 1;
    setup.weighted = weighted;
    setup.seed = 5;
    setup.shuffle = shuffle;
    setup.buffers = buffers;
    setup.timeout = caf::duration{std::chrono::seconds{30}};
    reader = spawn(part_reader, setup);
    loader = spawn(data_loader, loader_setup{rows, 5, shuffle, data::sampling::every_row, reader});
    plain = rows;
    plain.buffers = buffers;
    run();
  }

  // Answers what a keeper was asked, the last question first. @return how many there were
  std::size_t answer(const probe& keeper) {
    std::vector<mail> asked;
    while (keeper.count<ranges_wanted>() > 0)
      asked.push_back(keeper.take_mail<ranges_wanted>());
    for (auto one = asked.rbegin(); one != asked.rend(); ++one)
      one->answer(bytes_for(one->content.get_as<ranges_wanted>(0)));
    run();
    return asked.size();
  }

  range_bytes bytes_for(const ranges_wanted& wanted) const {
    std::vector<char> all;
    for (const auto& [file, first, count] : wanted.ranges) {
      const auto& from = *files.at(wanted.files.at(file));
      REQUIRE(first + count <= from.bytes());
      const auto some = from.read(first, count);
      all.insert(all.end(), some.begin(), some.end());
    }
    const auto bytes = pooled_bytes(all.size());
    std::memcpy(bytes.get(), all.data(), all.size());
    return {all.size(), bytes};
  }

  void answer_all(const probe& keeper) {
    while (answer(keeper) > 0) {
    }
  }

  void send_fetch(std::uint64_t lease, row_range wanted, std::uint32_t credit = 99) {
    me.send(loader, fetch{lease, {0, 0}, wanted, 3, credit});
    run();
  }

  // What has come are the rows of these places, in batches of three.
  void check_rows(row_range wanted) {
    const data::row_order order{5, 0, all_rows, shuffled, data::sampling::every_row, plain.buffers};
    for (auto place = wanted.first; place < wanted.last;) {
      const auto got = me.take<batch>();
      CHECK(got.last == (place + got.rows == wanted.last));
      for (std::size_t i = 0; i < got.rows; ++i, ++place) {
        const auto row = order(place);
        INFO("place " << place << ", row " << row);
        CHECK(got.features[2 * i] == static_cast<float>(row) / 7);
        CHECK(got.features[2 * i + 1] == -static_cast<float>(row));
        CHECK(got.labels[i] == static_cast<float>(row % 3));
        if (plain.weighted)
          CHECK(got.weights[i] == static_cast<float>(row));
      }
    }
    CHECK(me.empty());
  }

  bool shuffled = false;
  temporary_folder folder;
  std::map<std::string, std::shared_ptr<const data::sealed_file>> files;
  data::dataset rows;
  data::dataset plain;
  probe peer = make_probe();
  probe driver = make_probe();
  row_reader_actor reader;
  loader_actor loader;
};

} // namespace

TEST_CASE_METHOD(parts_fixture, "rows come from files here and from others, in order", "[actors][part_reader]") {
  shuffled = GENERATE(false, true);
  const bool weighted = GENERATE(false, true);
  const data::shuffle_buffers buffers = GENERATE(data::shuffle_buffers{}, data::shuffle_buffers{2, 5});
  start(shuffled, weighted, buffers);
  send_fetch(1, {0, 40});
  CHECK(me.empty()); // nothing before it is known what bytes mean
  answer_all(peer);
  check_rows({0, 40});
  send_fetch(2, {7, 23});
  answer_all(peer);
  check_rows({7, 23});
  CHECK(driver.count<ranges_wanted>() == 0);
}

TEST_CASE_METHOD(parts_fixture, "rows that are here wait for nobody but those before them", "[actors][part_reader]") {
  start(false);
  answer_all(peer); // the heads
  send_fetch(1, {0, 9});
  CHECK(peer.count<ranges_wanted>() == 0);
  check_rows({0, 9});
  send_fetch(2, {15, 24});
  CHECK(peer.count<ranges_wanted>() > 0);
  CHECK(me.empty());
  answer_all(peer);
  check_rows({15, 24});
}

TEST_CASE_METHOD(parts_fixture, "as many batches are asked for ahead as there is credit", "[actors][part_reader]") {
  start(false);
  answer_all(peer);
  send_fetch(1, {10, 20}, 2);
  CHECK(peer.count<ranges_wanted>() == 2);
  answer_all(peer);
  CHECK(me.count<batch>() == 2);
}

TEST_CASE_METHOD(parts_fixture, "what a lost keeper owes is asked of the next one", "[actors][part_reader]") {
  start(false);
  const bool knows_heads = GENERATE(false, true);
  if (knows_heads)
    answer_all(peer);
  send_fetch(1, {5, 38});
  const auto how = GENERATE(0, 1, 2, 3);
  if (how == 0)
    kill(peer);
  else if (how == 1)
    pass(std::chrono::seconds{31});
  else if (how == 2)
    peer.take_mail<ranges_wanted>().answer(make_error(errc::data, "rows 0 are not in the cache"));
  else
    peer.take_mail<ranges_wanted>().answer(range_bytes{});
  run();
  CHECK(driver.count<ranges_wanted>() > 0);
  answer_all(peer); // too late
  answer_all(driver);
  check_rows({5, 38});
}

TEST_CASE_METHOD(parts_fixture, "without a keeper the loader ends with the name of the last", "[actors][part_reader]") {
  start(true);
  shuffled = true;
  answer_all(peer);
  me.send(reader, fetch{1, {0, 0}, {0, 40}, 40, 1});
  run();
  kill(peer);
  driver.take_mail<ranges_wanted>().answer(make_error(errc::data, "the driver has no rows 0"));
  run();
  const auto why = to_failure(me.take<caf::error>());
  CHECK(why.code() == errc::data);
  CHECK(std::string{why.what()} == "the driver, which has rows of this worker: the driver has no rows 0");
  CHECK(to_failure(ask<caf::error>(reader, fetch{2, {0, 0}, {0, 1}, 1, 1})).code() == errc::data); // from now on
}

TEST_CASE_METHOD(parts_fixture, "a file with other rows than were named is refused", "[actors][part_reader]") {
  start(false);
  me.send(reader, fetch{1, {0, 0}, {0, 40}, 40, 1});
  run();
  while (peer.count<ranges_wanted>() > 0) {
    const auto asked = peer.take_mail<ranges_wanted>();
    auto bytes = bytes_for(asked.content.get_as<ranges_wanted>(0));
    const auto changed = pooled_bytes(bytes.count);
    std::memcpy(changed.get(), bytes.some.get(), bytes.count);
    changed.get()[0] = std::byte{'x'};
    asked.answer(range_bytes{bytes.count, changed});
    run();
  }
  CHECK(std::string{to_failure(me.take<caf::error>()).what()}.find("is no whole file of sealed rows") !=
        std::string::npos);
}
