#include "nn/model/ensemble.hpp"

#include "nn/model/compute_scope.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

using namespace dk::nn;
using dk::block;
namespace test = dk::nn::test;

namespace {

const std::vector<architecture> ensembles{
    {"wide", {30}, {test::dense(100, "relu"), test::dense(2, "softmax")}},
    {"odd", {7}, {test::dense(13, "tanh"), test::dense(1, "sigmoid")}},
    {"images",
     {8, 8, 1},
     {{"conv2d", {{"filters", 5}, {"kernel_size", 3}}},
      {"batch_normalization", nlohmann::json::object()},
      {"flatten", nlohmann::json::object()},
      test::dense(10, "softmax")}},
};

block joined_weights(const architecture& shape, std::size_t models) {
  std::vector<block> all;
  for (std::size_t i = 0; i < models; ++i) {
    model one{shape, "mean_squared_error", network{shape}.output_sizes().front()};
    one.initialize(i + 1);
    all.push_back(one.release_weights());
  }
  return block::joined(all);
}

} // namespace

TEST_CASE("a row's answer has the same bits with any part of the table", "[nn][ensemble]") {
  const compute_scope computing;
  for (const auto& shape : ensembles)
    for (const std::size_t models : {1U, 3U}) {
      const auto wide = network{shape}.output_sizes().front();
      ensemble all{shape, "mean_squared_error", wide, joined_weights(shape, models), models};
      constexpr std::size_t rows = 300;
      const auto in = all.first().input_size();
      const auto features = test::random_numbers(rows * in, 1);
      std::vector<float> together(rows * wide);
      all.predict(features.data(), rows, together.data());
      for (const std::size_t step : {1U, 2U, 5U, 63U, 64U, 65U, 100U, 256U}) {
        INFO(shape.name << ", " << step << " rows at a time");
        std::vector<float> apart(rows * wide);
        for (std::size_t first = 0; first < rows; first += step)
          all.predict(features.data() + first * in, std::min(step, rows - first), apart.data() + first * wide, first);
        CHECK(std::memcmp(apart.data(), together.data(), apart.size() * sizeof(float)) == 0);
      }
    }
}

// On most machines a row's answer has the same bits at any place, so that no answer tells where it stood.
TEST_CASE("a row has the place in its pass that it has in the table", "[nn][ensemble]") {
  constexpr auto size = ensemble::rows_per_answer;
  for (const std::size_t first : {0U, 1U, 5U, 63U, 64U, 65U, 1024U, 1000U})
    for (const std::size_t rows : {0U, 1U, 2U, 59U, 63U, 64U, 65U, 127U, 300U}) {
      INFO(rows << " rows from " << first << " on");
      std::size_t next = 0;
      for (const auto& [from, place, count] : ensemble::passes_of(first, rows)) {
        CHECK(from == next);
        CHECK(place == (first + from) % size);
        CHECK(count > 0);
        const bool fills_its_pass = place + count == size;
        const bool is_last = from + count == rows;
        CHECK((fills_its_pass || is_last));
        CHECK(place + count <= size);
        next = from + count;
      }
      CHECK(next == rows);
    }
}

TEST_CASE("what is measured is what is answered", "[nn][ensemble]") {
  const compute_scope computing;
  const auto& shape = ensembles.front();
  for (const std::size_t models : {1U, 2U}) {
    ensemble all{shape, "categorical_crossentropy", 1, joined_weights(shape, models), models};
    constexpr std::size_t rows = 300;
    const auto features = test::random_numbers(rows * 30, 1);
    std::vector<float> labels(rows);
    for (std::size_t i = 0; i < rows; ++i)
      labels[i] = static_cast<float>(i % 2);
    std::vector<float> answers(rows * 2);
    std::vector<float> outputs(rows * 2);
    all.predict(features.data(), rows, answers.data());
    const auto alone = all.evaluate(features.data(), labels.data(), rows);
    const auto found = all.evaluate(features.data(), labels.data(), rows, nullptr, outputs.data());
    CHECK(found.loss_sum == alone.loss_sum);
    std::size_t correct = 0;
    double loss = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      CHECK(outputs[2 * i] == Approx(answers[2 * i]).margin(1e-6));
      correct += (outputs[2 * i + 1] > outputs[2 * i]) == (i % 2 == 1) ? 1U : 0U;
      loss -= std::log(static_cast<double>(outputs[2 * i + i % 2]));
    }
    CHECK(found.correct == correct);
    CHECK(found.loss_sum == Approx(loss).epsilon(1e-5));
  }
}
