#include "actors/rows/row_worker.hpp"

#include "nn/model/compute_scope.hpp"
#include "nn/model/network.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/protocol/wire_bytes.hpp"

#include <cstring>
#include <limits>
#include <numeric>
#include <tuple>

using namespace dk;
using namespace dk::test;

namespace dk {

namespace {

auto fields(const data::column& x) {
  std::vector<std::uint64_t> numbers;
  for (std::size_t row = 0; row < 3; ++row)
    numbers.push_back(x.numbers[row]);
  return std::tuple{x.name, x.shape, x.origin, x.fields, numbers};
}

bool same_cells(const data::column& a, const data::column& b) {
  if (a.values.index() != b.values.index())
    return false;
  if (const auto* words = data::texts_in(a))
    return words->bytes() == data::texts_in(b)->bytes() && words->ends() == data::texts_in(b)->ends();
  return data::visit_values(a, [&](const auto* x, std::size_t count) {
    using number = std::decay_t<decltype(*x)>;
    return data::visit_values(b, [&](const auto* y, std::size_t others) {
      if constexpr (std::is_same_v<std::decay_t<decltype(*y)>, number>)
        return count == others && std::memcmp(x, y, count * sizeof(number)) == 0;
      else
        return false;
    });
  });
}

// A column of each type, with numbers that are lost easily.
data::table all_types() {
  using limits = std::numeric_limits<double>;
  data::texts words;
  for (const auto* word : {"", "a,b", "\xff\n"})
    words.push_back(word);
  data::table all;
  all.put({"u8", {}, std::vector<std::uint8_t>{0, 1, 255}, "f.csv", {}, {1000}});
  all.put({"i8",
           {},
           std::vector<std::int8_t>{-128, 0, 127},
           "",
           {},
           {5, std::make_shared<std::vector<std::size_t>>(3, 7)}});
  all.put({"i16", {2}, std::vector<std::int16_t>{1, 2, 3, 4, 5, -6}, "", {"a", "b"}});
  all.put({"i32", {}, std::vector<std::int32_t>{1, -2, 3}, "", {}});
  all.put({"i64", {}, std::vector<std::int64_t>{1, -2, std::int64_t{1} << 62}, "", {}});
  all.put({"f32", {}, block_of({std::numeric_limits<float>::quiet_NaN(), -0.0F, 1e-40F}), "", {}});
  all.put({"f64", {1, 1}, std::vector<double>{limits::infinity(), limits::denorm_min(), 0.1}, "", {}});
  all.put({"text", {}, std::move(words), "", {}});
  return all;
}

// x -> 2 x + 1, of one number.
row_model doubling() {
  row_model model;
  model.architecture = {"doubling", {1}, {{"dense", {{"units", 1}}}}};
  model.weights = block_of({2, 1});
  return model;
}

data::table rows_of(const std::vector<float>& features, const std::vector<float>& labels = {}) {
  data::table all;
  all.put({"features", {1}, block_of(features), "f", {}});
  if (!labels.empty())
    all.put({"label", {}, block_of(labels), "f", {}});
  return all;
}

row_result work(actor_fixture& here, const row_worker_setup& setup, const data::table& rows, std::uint64_t first = 0) {
  return here.ask<row_result>(here.spawn(row_worker, setup), row_part{3, first, rows});
}

std::vector<float> floats_in(const row_result& of, const std::string& column) {
  return numbers_of(data::as_floats(of.rows.at(column)));
}

} // namespace

} // namespace dk

TEST_CASE_METHOD(actor_fixture, "a table arrives bit for bit", "[actors][rows]") {
  const auto sent = all_types();
  const auto wire = encode(system, sent);
  data::table arrived;
  REQUIRE(decode(system, wire, arrived));
  REQUIRE(arrived.names() == sent.names());
  for (std::size_t i = 0; i < sent.columns().size(); ++i) {
    CHECK(fields(arrived.columns()[i]) == fields(sent.columns()[i]));
    CHECK(same_cells(arrived.columns()[i], sent.columns()[i]));
  }
  data::table part;
  for (std::size_t size = 0; size < wire.size(); ++size) // none is taken from a part of the bytes
    CHECK_FALSE(decode(system, {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size)}, part));
}

TEST_CASE_METHOD(actor_fixture, "a table with a damaged byte is refused or read, and nothing else", "[actors][rows]") {
  const auto wire = encode(system, all_types());
  for (std::size_t at = 0; at < wire.size(); ++at)
    for (const int change : {1, 128, 255}) {
      auto damaged = wire;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      data::table arrived;
      if (decode(system, damaged, arrived)) // of its own making, with columns that fit together
        for (const auto& c : arrived.columns())
          CHECK(data::size(c) == arrived.rows() * (data::texts_in(c) == nullptr ? data::width(c) : 1));
    }
}

TEST_CASE_METHOD(actor_fixture, "a result arrives as it was", "[actors][rows]") {
  row_result sent{7, all_types(), {-0.0, 3, 4}, {{{1.5, 2, 3}}, {4, 5}}, 5, "why"};
  row_result arrived;
  REQUIRE(decode(system, encode(system, sent), arrived));
  CHECK(arrived.number == 7);
  CHECK(std::signbit(arrived.found.loss_sum));
  CHECK(arrived.found.rows == 4);
  CHECK(arrived.counts.losses.at(0).loss_sum == 1.5);
  CHECK(arrived.counts.counters == std::vector<std::uint64_t>{4, 5});
  CHECK(arrived.code == 5);
  CHECK(arrived.why == "why");
}

TEST_CASE_METHOD(actor_fixture, "a row_worker applies a pipeline", "[actors][rows]") {
  const data::pipeline fitted{{{"filter", {{"column", "label"}, {"above", 1}}}, nlohmann::json::object()}};
  const auto rows = rows_of({1, 2, 3}, {0, 1, 2});
  const auto other = work(*this, {fitted, false, {}}, rows);
  CHECK(other.number == 3);
  CHECK(other.code == 0);
  CHECK(floats_in(other, "features") == std::vector<float>{3});
  const data::pipeline doubled{{{"repeat", {{"times", 2}}}, nlohmann::json::object()}};
  CHECK(work(*this, {doubled, false, {}}, rows).rows.rows() == 3);
  CHECK(work(*this, {doubled, true, {}}, rows).rows.rows() == 6); // for training rows only
}

TEST_CASE_METHOD(actor_fixture, "a row_worker lets a model answer, whatever the labels", "[actors][rows]") {
  const data::pipeline fitted{{{"clip", {{"columns", {"features", "label"}}, {"high", 2}}}, nlohmann::json::object()}};
  CHECK(floats_in(work(*this, {fitted, false, doubling()}, rows_of({1, 2, 3})), "output") ==
        std::vector<float>{3, 5, 5});
  const auto labelled = work(*this, {fitted, false, doubling()}, rows_of({1, 2, 3}, {7, 8, 9}));
  CHECK(floats_in(labelled, "output") == std::vector<float>{3, 5, 5});
  CHECK(labelled.rows.find("label") == nullptr);
  auto two = doubling();
  two.models = 2;
  two.weights = block_of({2, 1, 4, 3});
  CHECK(floats_in(work(*this, {{}, false, two}, rows_of({1})), "output") == std::vector<float>{5}); // (3 + 7) / 2
}

TEST_CASE_METHOD(actor_fixture, "parts of any size have the answers of the whole", "[actors][rows]") {
  constexpr std::size_t rows = 300;
  row_model model;
  model.architecture = {"m", {7}, {{"dense", {{"units", 33}, {"activation", "tanh"}}}, {"dense", {{"units", 3}}}}};
  nn::model drawn{model.architecture, "mean_squared_error", 3};
  drawn.initialize(1);
  model.weights = drawn.release_weights();
  std::vector<float> features(rows * 7);
  for (std::size_t i = 0; i < features.size(); ++i)
    features[i] = static_cast<float>(i % 97) / 50 - 1;
  const auto some = [&](std::size_t first, std::size_t count) {
    data::table part;
    part.put({"features", {7}, block::copy_of(features.data() + first * 7, count * 7), "f", {}});
    return part;
  };
  const row_worker_setup setup{{}, false, model};
  const auto together = floats_in(work(*this, setup, some(0, rows)), "output");
  REQUIRE(together.size() == rows * 3);
  for (const std::size_t size : {1U, 3U, 63U, 65U, 101U}) {
    INFO(size << " rows a part");
    std::vector<float> apart;
    for (std::size_t first = 0; first < rows; first += size) {
      const auto answers = floats_in(work(*this, setup, some(first, std::min(size, rows - first)), first), "output");
      apart.insert(apart.end(), answers.begin(), answers.end());
    }
    CHECK(apart == together);
  }
}

TEST_CASE_METHOD(actor_fixture, "measured parts of any size add up to the whole", "[actors][rows]") {
  row_model model;
  model.architecture = {"m", {1}, {{"dense", {{"units", 3}, {"activation", "softmax"}}}}};
  model.weights = block_of({-3, 0.5F, 1, 2, 0, -2});
  model.measured = true;
  model.loss = "categorical_crossentropy";
  model.metrics = {{"precision"}, {"recall"}, {"f1"}, {"auc"}};
  std::vector<float> features;
  std::vector<float> labels; // most rows are of class 0, the last ones of class 2
  for (std::size_t i = 0; i < 150; ++i) {
    labels.push_back(i > 140 ? 2.0F : i % 5 == 0 ? 1.0F : 0.0F);
    features.push_back(labels.back() + static_cast<float>(i * 7 % 13) / 4 - 1);
  }
  const row_worker_setup setup{{}, false, model};
  const auto one = spawn(row_worker, setup);
  nn::model counting{model.architecture, model.loss, 1};
  const auto measure = [&](std::size_t size) {
    nn::loss_sums sums;
    auto others = counting.metric_set_of(model.metrics);
    for (std::size_t first = 0; first < labels.size(); first += size) {
      const auto last = std::min(first + size, labels.size());
      const auto at = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
      const auto found =
          ask<row_result>(one, row_part{3, first,
                                        rows_of({features.begin() + at(first), features.begin() + at(last)},
                                                {labels.begin() + at(first), labels.begin() + at(last)})});
      sums += found.found;
      others.add(found.counts);
    }
    return std::pair{sums, others.values()};
  };
  const auto [sums, values] = measure(labels.size());
  for (const std::size_t size : {1U, 63U, 64U, 101U}) {
    INFO(size << " rows a part");
    const auto [sums_of_parts, values_of_parts] = measure(size);
    CHECK(sums_of_parts.rows == 150);
    CHECK(sums_of_parts.correct == sums.correct);
    CHECK(sums_of_parts.loss_sum == Approx(sums.loss_sum).epsilon(1e-6));
    CHECK(values_of_parts == values);
  }
}

TEST_CASE_METHOD(actor_fixture, "a row_worker measures a model", "[actors][rows]") {
  auto model = doubling();
  model.measured = true;
  model.loss = "mean_squared_error";
  const auto found = work(*this, {{}, false, model}, rows_of({1, 2}, {4, 5}));
  CHECK(found.found.rows == 2);
  CHECK(found.found.loss_sum == 1); // (3 - 4)^2
  CHECK(floats_in(found, "output") == std::vector<float>{3, 5});
  CHECK(floats_in(found, "label") == std::vector<float>{4, 5});
}

TEST_CASE_METHOD(actor_fixture, "what is wrong with rows is said, and the worker goes on", "[actors][rows]") {
  const auto worker = spawn(row_worker, row_worker_setup{{}, false, doubling()});
  data::table wide;
  wide.put({"features", {2}, block_of({1, 2}), "f.csv", {}});
  const auto refused = actor_fixture::ask<row_result>(worker, row_part{4, 0, wide});
  CHECK(refused.number == 4);
  CHECK(refused.code == static_cast<std::uint8_t>(errc::shape));
  CHECK(refused.why == "the model takes 1 number, a row of f.csv has 2; give data of the same columns");
  CHECK(actor_fixture::ask<row_result>(worker, row_part{5, 0, rows_of({1})}).code == 0);
}

// Of one softmax over two classes a row may have a class number or two numbers.
TEST_CASE_METHOD(actor_fixture, "parts with labels of another width are measured as they are", "[actors][rows]") {
  row_model model;
  model.architecture = {"m", {1}, {{"dense", {{"units", 2}, {"activation", "softmax"}}}}};
  model.weights = block_of({1, -1, 0, 0});
  model.measured = true;
  model.loss = "categorical_crossentropy";
  const auto one = spawn(row_worker, row_worker_setup{{}, false, model});
  const auto numbers = ask<row_result>(one, row_part{1, 0, rows_of({1, -1}, {0, 0})});
  data::table hot = rows_of({1, -1});
  hot.put({"label", {2}, block_of({1, 0, 1, 0}), "f", {}});
  const auto both = ask<row_result>(one, row_part{2, 2, hot});
  CHECK(numbers.code == 0);
  CHECK(both.code == 0);
  CHECK(both.found.rows == 2);
  CHECK(both.found.correct == 1);
  CHECK(both.found.loss_sum == Approx(numbers.found.loss_sum));
  CHECK(ask<row_result>(one, row_part{3, 4, rows_of({1, -1}, {0, 0})}).found.loss_sum == numbers.found.loss_sum);
}
