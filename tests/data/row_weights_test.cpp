#include "data/batches.hpp"
#include "data/rows.hpp"
#include "data/shuffle_reader.hpp"
#include "data/store.hpp"
#include "tests/data/tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

using namespace dk;
using namespace dk::test;

namespace {

constexpr std::size_t count = 1000;

// Row i has the features i and -i, the label i % 3 and the weight i / 10.
data::table weighted_rows() {
  std::vector<double> features;
  std::vector<double> labels;
  std::vector<double> weights;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<double>(i);
    features.insert(features.end(), {number, -number});
    labels.push_back(static_cast<double>(i % 3));
    weights.push_back(number / 10);
  }
  data::table all;
  all.put({"features", {2}, std::move(features), "f", {}});
  all.put({"label", {}, std::move(labels), "f", {}});
  all.put({"sample_weight", {}, std::move(weights), "f", {}});
  return all;
}

class parts final : public data::table_stream {
public:
  std::optional<data::table> next() override {
    constexpr std::size_t size = 130;
    if (at_ >= count)
      return std::nullopt;
    const auto now = std::min(size, count - at_);
    at_ += now;
    return data::slice(all_, at_ - now, now);
  }
  double progress() const override { return 0; }

private:
  data::table all_ = weighted_rows();
  std::size_t at_ = 0;
};

data::dataset stored(const temporary_folder& folder, data::weight_use weights, const data::store_work& work = {}) {
  parts rows;
  auto made = data::store(rows, {folder.path(""), 1 << 20, weights}, work);
  made.buffers = {7, 5};
  return made;
}

struct gathered {
  std::vector<float> features = std::vector<float>(2 * count);
  std::vector<float> labels = std::vector<float>(count);
  std::vector<float> weights = std::vector<float>(count, -1);
};

} // namespace

TEST_CASE("weights stay with their rows, in memory and on disk", "[data][weights]") {
  const temporary_folder folder;
  const auto memory = data::make_dataset(weighted_rows(), data::label_use::required, data::weight_use::required);
  const auto file = stored(folder, data::weight_use::required);
  REQUIRE(file.weighted);
  REQUIRE(file.rows == count);
  for (const bool shuffle : {false, true})
    for (const auto& from : {memory, file}) {
      const data::row_order order{1, 2, count, shuffle, data::sampling::every_row, file.buffers};
      gathered got;
      data::gather(from, order, 0, count, got.features.data(), got.labels.data(), got.weights.data());
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(got.weights[i] == got.features[2 * i] / 10);
        CHECK(got.features[2 * i + 1] == -got.features[2 * i]);
        CHECK(got.labels[i] == static_cast<float>(order(i) % 3));
      }
    }
  data::shuffle_reader reader{file, 1, true, data::sampling::every_row};
  gathered got;
  for (std::size_t first = 0; first < count; first += 100)
    reader.gather(0, first, 100, got.features.data() + 2 * first, got.labels.data() + first,
                  got.weights.data() + first);
  for (std::size_t i = 0; i < count; ++i)
    CHECK(got.weights[i] == got.features[2 * i] / 10);
  const data::row_view some{file, 998, 2};
  CHECK(some.weights()[1] == 99.9F);
  CHECK(some.labels()[1] == 0);
  std::vector<float> features(2 * count);
  std::vector<float> labels(count);
  file.stored->read(0, count, features.data(), labels.data()); // whoever wants no weights has the rest
  CHECK(features[1998] == 999);
  CHECK(labels[998] == 2);
}

TEST_CASE("weights of rows on disk are multiplied by what their label says", "[data][weights]") {
  const temporary_folder folder;
  std::size_t seen = 0;
  data::store_work work;
  work.see = [&](const data::dataset& some) { seen += some.rows; };
  work.factor = [&](const float* label) {
    CHECK(seen == count); // not before all rows were seen
    return *label + 1;
  };
  for (const auto weights : {data::weight_use::none, data::weight_use::required}) {
    seen = 0;
    const auto file = stored(folder, weights, work);
    REQUIRE(file.weighted);
    const data::row_view all{file, 0, count};
    for (std::size_t i = 0; i < count; ++i) {
      const auto own = weights == data::weight_use::none ? 1 : static_cast<float>(static_cast<double>(i) / 10);
      CHECK(all.weights()[i] == own * static_cast<float>(i % 3 + 1));
      CHECK(all.features()[2 * i] == static_cast<float>(i));
    }
  }
  CHECK_FALSE(stored(folder, data::weight_use::none).weighted);
}
