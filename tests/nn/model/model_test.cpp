#include "nn/model/model.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/summary.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

using namespace dk::nn;
namespace test = dk::nn::test;

namespace {

std::vector<float> weights_of_model(const model& m) {
  return {m.weights(), m.weights() + m.num_weights()};
}

// Weights after a few steps from the given seed.
std::vector<float> trained(std::uint64_t seed, bool in_one_call) {
  const compute_scope scope;
  model m{test::mnist_network(8), "categorical_crossentropy", 1};
  m.initialize(seed);
  m.seed_dropout(seed);
  const auto with = make_optimizer({"adam"}, m.num_weights());
  const auto x = test::random_numbers(6 * 98, 5);
  const auto y = test::random_classes(6, 10, 6);
  for (int step = 0; step < 5; ++step) {
    const batch_view batch{x.data(), y.data(), step == 4 ? 5U : 6U}; // the last batch is short
    if (in_one_call) {
      m.train_on_batch(batch, *with);
    } else {
      m.compute_gradient(batch);
      with->apply(m.weights(), m.gradient());
    }
  }
  return weights_of_model(m);
}

} // namespace

TEST_CASE("the same seed trains to the same bits", "[nn][model]") {
  CHECK(trained(1, true) == trained(1, true));
  CHECK(trained(1, true) != trained(2, true));
}

TEST_CASE("training in one call equals gradient and optimizer, bit for bit", "[nn][model]") {
  CHECK(trained(3, true) == trained(3, false));
}

TEST_CASE("fresh kernels are glorot-uniform and biases zero", "[nn][model]") {
  model m{{"m", {300}, {test::dense(100)}}, "mean_squared_error", 100};
  m.initialize(1);
  const float limit = std::sqrt(6.0F / 400);
  const auto [low, high] = std::minmax_element(m.weights(), m.weights() + 30000);
  CHECK(*low >= -limit);
  CHECK(*low < -0.99F * limit);
  CHECK(*high <= limit);
  CHECK(*high > 0.99F * limit);
  CHECK(std::all_of(m.weights() + 30000, m.weights() + 30100, [](float b) { return b == 0; }));
}

TEST_CASE("weights are one aligned vector, layer by layer", "[nn][model]") {
  model m{test::mnist_network(), "categorical_crossentropy", 1};
  CHECK(m.num_weights() == 987210);
  CHECK(m.input_size() == 784);
  CHECK(m.output_size() == 10);
  CHECK(reinterpret_cast<std::uintptr_t>(m.weights()) % 64 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(m.gradient()) % 64 == 0);
}

TEST_CASE("a model can be moved while it is in use", "[nn][model]") {
  model a{test::mnist_network(8), "categorical_crossentropy", 1};
  a.initialize(1);
  const auto x = test::random_numbers(98, 5);
  std::vector<float> before(10);
  std::vector<float> after(10);
  a.predict(x.data(), 1, before.data());
  model b = std::move(a);
  b.predict(x.data(), 1, after.data());
  CHECK(before == after);
}

TEST_CASE("any number of rows is predicted, and rows do not see each other", "[nn][model]") {
  const compute_scope scope;
  model m{{"m", {5}, {test::dense(7, "tanh"), test::dense(3, "softmax")}}, "categorical_crossentropy", 1};
  m.initialize(2);
  const std::size_t rows = 600;
  const auto x = test::random_numbers(rows * 5, 3);
  std::vector<float> all(rows * 3);
  m.predict(x.data(), rows, all.data());
  for (const std::size_t row : {0U, 255U, 256U, 599U}) {
    float one[3];
    m.predict(x.data() + row * 5, 1, one);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(one[i] == Approx(all[row * 3 + i]).epsilon(1e-5));
    CHECK(one[0] + one[1] + one[2] == Approx(1));
  }
  m.predict(x.data(), 0, all.data());
}

TEST_CASE("an empty batch changes nothing", "[nn][model]") {
  model m{{"m", {2}, {test::dense(2)}}, "mean_squared_error", 2};
  m.initialize(1);
  const auto with = make_optimizer({"adam"}, m.num_weights());
  const auto before = weights_of_model(m);
  CHECK(m.train_on_batch({nullptr, nullptr, 0}, *with).rows == 0);
  CHECK(weights_of_model(m) == before);
  CHECK(with->steps() == 0);
}

namespace {

// What is left of the loss when 300 steps have taught XOR.
double loss_of_xor(const dk::spec& optimizer) {
  model m{{"m", {2}, {test::dense(8, "tanh"), test::dense(2, "softmax")}}, "categorical_crossentropy", 1};
  m.initialize(1);
  const auto with = make_optimizer(optimizer, m.num_weights());
  const float x[] = {0, 0, 0, 1, 1, 0, 1, 1};
  const float y[] = {0, 1, 1, 0};
  for (int step = 0; step < 300; ++step)
    m.train_on_batch({x, y, 4}, *with);
  return m.evaluate(x, y, 4).loss();
}

} // namespace

TEST_CASE("XOR is learned with every optimizer", "[nn][model]") {
  const compute_scope scope;
  for (const auto& name : optimizer_names()) {
    INFO(name);
    double least = HUGE_VAL;
    for (const double rate : {0.05, 0.5, 20.0}) // rules differ in how large a step of a rate is
      least = std::min(least, loss_of_xor({name, {{"learning_rate", rate}}}));
    CHECK(least < 0.05); // so each row is on its side
  }
}

TEST_CASE("clipnorm takes the norm of each kernel and each bias", "[nn][model]") {
  model m{{"m", {2}, {test::dense(2)}}, "mean_squared_error", 2};
  const auto with = make_optimizer({"sgd", {{"learning_rate", 1.0}, {"clipnorm", 1.0}}}, m.num_weights());
  const float x[] = {3, 4};
  const float y[] = {-1, 0}; // dL/do = 1, 0: a kernel's gradient of 3, 0, 4, 0 and a bias's of 1, 0
  m.train_on_batch({x, y, 1}, *with);
  const float expected[] = {-0.6F, 0, -0.8F, 0, -1, 0};
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(m.weights()[i] == Approx(expected[i]));
}

TEST_CASE("an optimizer of another size is refused", "[nn][model]") {
  model m{{"m", {2}, {test::dense(2)}}, "mean_squared_error", 2};
  const auto with = make_optimizer({"sgd"}, 5);
  const float x[] = {1, 2};
  CHECK_THROWS_WITH(m.train_on_batch({x, x, 1}, *with), Catch::Contains("made for 5 weights"));
}

TEST_CASE("a wrong layer is named by index and reason", "[nn][model]") {
  const auto making = [](std::vector<dk::spec> layers) {
    model{{"m", {4}, std::move(layers)}, "mean_squared_error", 3};
  };
  CHECK_THROWS_WITH(making({test::dense(2), {"dens"}}),
                    Catch::Contains("layer 1 (dens)") && Catch::Contains("\"dense\""));
  CHECK_THROWS_WITH(making({{"dense", {{"unit", 3}}}}), Catch::Contains("did you mean \"units\""));
  CHECK_THROWS_WITH(making({{"dense"}}), Catch::Contains("`units` is missing"));
  CHECK_THROWS_WITH(making({test::dense(2, "rulu")}), Catch::Contains("did you mean \"relu\""));
  CHECK_THROWS_WITH(making({test::dropout(1)}), Catch::Contains("below 1"));
  CHECK_THROWS_WITH(making({{"dense", {{"units", 2.5}}}}), Catch::Contains("whole number"));
  CHECK_THROWS_WITH(making({{"dense", {{"units", 3}, {"name", "a"}}}, {"dense", {{"units", 3}, {"name", "a"}}}}),
                    Catch::Contains("another layer has the name"));
  CHECK_THROWS_WITH(making({}), Catch::Contains("no layers"));
  CHECK_THROWS_AS((model{{"m", {}, {test::dense(3)}}, "mean_squared_error", 3}), dk::failure);
  CHECK_THROWS_WITH((model{{"m", {4}, {test::dense(3)}}, "mse", 3}), Catch::Contains("unknown loss"));
}

TEST_CASE("every layer's primary key is one of its keys", "[nn][model]") {
  CHECK(primary_key("dense") == "units");
  CHECK(primary_key("flatten").empty());
  for (const auto& name : layer_names()) {
    const auto& kind = find_layer(name);
    const auto has = [&](const dk::key_rule& rule) { return rule.name == kind.primary_key; };
    CHECK((kind.primary_key.empty() || kind.merge != nullptr || std::any_of(kind.keys.begin(), kind.keys.end(), has)));
  }
}

TEST_CASE("the summary is Keras's table", "[nn][model]") {
  const model m{test::mnist_network(), "categorical_crossentropy", 10};
  CHECK(summary(m.architecture()) == R"(Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 dense (Dense)               (None, 1000)              785000    
                                                                 
 dropout (Dropout)           (None, 1000)              0         
                                                                 
 dense_1 (Dense)             (None, 200)               200200    
                                                                 
 dropout_1 (Dropout)         (None, 200)               0         
                                                                 
 dense_2 (Dense)             (None, 10)                2010      
                                                                 
=================================================================
Total params: 987210 (3.77 MB)
Trainable params: 987210 (3.77 MB)
Non-trainable params: 0 (0.00 Byte)
_________________________________________________________________
)");
}

TEST_CASE("a model that gave its weights away has none until it adopts them", "[nn][model]") {
  dk::nn::model net{{"line", {2}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1};
  net.initialize(1);
  const std::vector<float> before{net.weights(), net.weights() + net.num_weights()};
  const auto given = net.release_weights();
  REQUIRE(given.size() == net.num_weights());
  CHECK(std::vector<float>(given.begin(), given.end()) == before);
  net.adopt(0, given.slice(0, 2));
  net.adopt(2, given.slice(2, 1));
  CHECK(net.weights() != given.data());
  CHECK(std::vector<float>(net.weights(), net.weights() + net.num_weights()) == before);
  CHECK_THROWS_AS(net.adopt(1, given), dk::failure);
}
