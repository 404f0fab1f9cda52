// A model is measured in parts, on as many threads as there are cores: what they find is what one pass finds.
#include "runtime/rows/evaluation.hpp"

#include "nn/model/compute_scope.hpp"
#include "nn/model/ensemble.hpp"
#include "tests/blocks.hpp"
#include "tests/runtime/small_job.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

namespace {

// Rows come in runs of one class, so that no part is like the whole: most are of class 0, class 2 stands at the end.
data::dataset uneven_rows(std::size_t count, bool with_number) {
  random_stream random{9};
  std::vector<float> features;
  std::vector<float> labels;
  for (std::size_t i = 0; i < count; ++i) {
    const float kind = i + 40 >= count ? 2.0F : i % 1000 >= 700 ? 1.0F : 0.0F;
    for (int j = 0; j < 3; ++j)
      features.push_back(kind / 2 + static_cast<float>(random.normal()));
    labels.push_back(kind);
    if (with_number)
      labels.push_back(kind * 2 + static_cast<float>(i) / 1000);
  }
  auto rows = make_rows(3, features, labels);
  rows.rows = count;
  rows.label_width = with_number ? 2 : 1;
  return rows;
}

block initial_weights(const nn::architecture& of, std::size_t models, std::size_t label_width,
                      const nn::objective& loss) {
  std::vector<block> all;
  for (std::size_t i = 0; i < models; ++i) {
    nn::model one{of, loss, label_width};
    one.initialize(i + 5);
    all.push_back(one.release_weights());
  }
  return block::joined(all);
}

void check_parts(const nn::architecture& of, const nn::objective& loss, bool with_number, std::size_t models,
                 std::size_t count) {
  INFO(of.name << ", " << models << " models, " << count << " rows");
  const std::vector<spec> wanted{{"accuracy"}, {"precision"}, {"recall"}, {"f1"}, {"auc"}};
  const auto rows = uneven_rows(count, with_number);
  const auto weights = initial_weights(of, models, rows.label_width, loss);
  const auto found = evaluate({of, weights, models}, loss, wanted, rows);

  const nn::compute_scope computing;
  nn::ensemble whole{of, loss, rows.label_width, weights, models};
  auto others = whole.first().metric_set_of(wanted);
  const auto sums = whole.evaluate(rows.features.data(), rows.labels.data(), count, &others);
  CHECK(found.rows == count);
  CHECK(found.correct == sums.correct);
  CHECK(found.loss_sum == Approx(sums.loss_sum).epsilon(1e-9));
  const auto values = others.values();
  CHECK(found.others.size() == values.size());
  for (const auto& [name, value] : values) {
    INFO(name);
    CHECK(found.others.at(name) == Approx(value).epsilon(1e-9));
  }
}

} // namespace

TEST_CASE("parts that are measured apart add up to a single pass", "[runtime][evaluation]") {
  const nn::architecture one{"one", {3}, {{"dense", {{"units", 3}, {"activation", "softmax"}}}}};
  const nn::architecture two{"two",
                             {3},
                             {{"dense", {{"units", 3}, {"activation", "softmax"}, {"name", "kind"}}},
                              {"dense", {{"units", 1}, {"name", "size"}, {"from", "x"}}}},
                             {{"x", {3}}},
                             {"kind", "size"}};
  const nn::objective of_two{{"categorical_crossentropy", "mean_squared_error"}, {1, 0.5}};
  for (const std::size_t count : {1U, 1023U, 1024U, 1025U, 5000U})
    for (const std::size_t models : {1U, 2U}) {
      check_parts(one, "categorical_crossentropy", false, models, count);
      if (models == 1)
        check_parts(two, of_two, true, models, count);
    }
}
