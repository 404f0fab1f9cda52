#include "nn/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "nn/keras/config.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/model.hpp"
#include "nn/model/summary.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/layers/one_layer.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

using namespace dk::nn;
using dk::block;
using dk::spec;
using dk::test::temporary_folder;
namespace test = dk::nn::test;

namespace {

spec frozen(spec layer) {
  layer.keys["trainable"] = false;
  return layer;
}

bool same_bits(const block& a, const block& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

block free_of(const model& m) {
  return block::copy_of(m.weights(), m.num_weights());
}

// Moving statistics that are not those of a fresh layer.
block random_block(std::size_t size, std::uint64_t seed) {
  const auto numbers = test::random_numbers(size, seed, 0.5, 1.5);
  return block::copy_of(numbers.data(), size);
}

const std::vector<spec> base{frozen(test::dense(9, "tanh")), frozen({"batch_normalization"}),
                             frozen({"dense", {{"units", 5}, {"use_bias", false}}})};

architecture with_head(const std::vector<spec>& below) {
  auto layers = below;
  layers.push_back(test::dense(3, "softmax"));
  return {"m", {6}, layers};
}

const std::vector<std::pair<const char*, double>> clips{
    {"clipvalue", 0}, {"clipvalue", 0.01}, {"clipnorm", 0.02}, {"global_clipnorm", 0.02}};

} // namespace

TEST_CASE("what is above frozen layers is trained as if it were alone, bit for bit", "[nn][trainable]") {
  const compute_scope scope;
  for (const auto& name : optimizer_names())
    for (const auto& [clip, limit] : clips)
      for (const std::size_t rows : {3U, 40U}) {
        INFO(name << ", " << clip << " " << limit << ", " << rows << " rows");
        model whole{with_head(base), "categorical_crossentropy", 1};
        whole.initialize(1);
        whole.set_frozen(random_block(whole.num_frozen(), 2));
        model head{{"m", {5}, {test::dense(3, "softmax")}}, "categorical_crossentropy", 1};
        model below{{"m", {6}, base}, "mean_squared_error", 5};
        REQUIRE(whole.num_weights() == head.num_weights());
        head.adopt(0, free_of(whole));
        below.set_frozen(whole.frozen());
        const spec how{name, {{"learning_rate", 0.1}, {clip, limit}}};
        const auto with = make_optimizer(how, whole.num_weights());
        const auto with_head_only = make_optimizer(how, head.num_weights());
        const auto x = test::random_numbers(rows * 6, 3);
        const auto y = test::random_classes(rows, 3, 4);
        std::vector<float> between(rows * 5);
        below.predict(x.data(), rows, between.data());
        const auto before = whole.all_weights();
        const auto kept = whole.frozen();
        for (int step = 0; step < 4; ++step) {
          const auto loss = whole.train_on_batch({x.data(), y.data(), rows}, *with);
          CHECK(loss.loss_sum == head.train_on_batch({between.data(), y.data(), rows}, *with_head_only).loss_sum);
        }
        CHECK(same_bits(free_of(whole), free_of(head)));
        CHECK(same_bits(whole.frozen(), kept));
        CHECK_FALSE(same_bits(whole.all_weights(), before));
      }
}

TEST_CASE("weights above and below a frozen layer are trained, its own keep their bits", "[nn][trainable]") {
  const compute_scope scope;
  for (const auto& name : optimizer_names())
    for (const auto& [clip, limit] : clips) {
      INFO(name << ", " << clip << " " << limit);
      model m{with_head({test::dense(7, "tanh"), frozen(test::dense(8)), frozen({"batch_normalization"})}),
              "categorical_crossentropy", 1};
      m.initialize(1);
      REQUIRE(m.num_weights() == 6 * 7 + 7 + 8 * 3 + 3);
      REQUIRE(m.num_frozen() == 7 * 8 + 8 + 4 * 8);
      CHECK(m.is_all_trained());
      const auto before = free_of(m);
      const auto kept = block::copy_of(m.frozen().data(), m.num_frozen());
      const auto with = make_optimizer({name, {{clip, limit}}}, m.num_weights());
      const auto x = test::random_numbers(20 * 6, 3);
      const auto y = test::random_classes(20, 3, 4);
      for (int step = 0; step < 3; ++step)
        m.train_on_batch({x.data(), y.data(), 20}, *with);
      CHECK(same_bits(m.frozen(), kept));
      std::size_t changed = 0;
      for (std::size_t i = 0; i < m.num_weights(); ++i)
        changed += m.weights()[i] == before[i] ? 0U : 1U;
      CHECK(changed > m.num_weights() * 9 / 10); // some steps of adadelta are too small for their weight
    }
}

TEST_CASE("a frozen batch normalization trains as it predicts", "[nn][trainable]") {
  for (const auto& keys : {nlohmann::json{{"axis", 3}}, nlohmann::json{{"axis", 1}, {"scale", false}},
                           nlohmann::json{{"axis", 1}, {"center", false}}}) {
    INFO(keys);
    model m{{"m",
             {12},
             {test::dense(12),
              {"reshape", {{"target_shape", {2, 3, 2}}}},
              frozen({"batch_normalization", keys}),
              {"flatten"},
              test::dense(1)}},
            "mean_squared_error",
            1};
    m.initialize(1);
    m.set_frozen(random_block(m.num_frozen(), 2));
    const auto kept = block::copy_of(m.frozen().data(), m.num_frozen());
    const auto x = test::random_numbers(5 * 12, 3);
    const auto y = test::random_numbers(5, 4);
    const auto with = make_optimizer({"sgd"}, m.num_weights());
    const auto predicted = m.evaluate(x.data(), y.data(), 5);
    CHECK(m.train_on_batch({x.data(), y.data(), 5}, *with).loss_sum == predicted.loss_sum);
    CHECK(same_bits(m.frozen(), kept));
  }
}

TEST_CASE("frozen or not, a layer starts from the same bits", "[nn][trainable]") {
  auto thawed = base;
  for (auto& layer : thawed)
    layer.keys.erase("trainable");
  model a{with_head(base), "categorical_crossentropy", 1};
  model b{with_head(thawed), "categorical_crossentropy", 1};
  a.initialize(7);
  b.initialize(7);
  CHECK(same_bits(a.all_weights(), free_of(b)));
  CHECK(b.num_frozen() == 0);
  CHECK(a.num_all_weights() == b.num_weights());
  model c{with_head({test::dense(4), frozen(test::dense(5)), test::dense(6)}), "categorical_crossentropy", 1};
  const auto all = random_block(c.num_all_weights(), 1);
  c.set_all_weights(all);
  CHECK(same_bits(c.all_weights(), all));
  CHECK(same_bits(c.frozen(), all.slice(28, 25))); // 6 x 4 + 4, then 4 x 5 + 5
  CHECK_THROWS_WITH(c.set_all_weights(all.slice(0, 5)), Catch::Contains("was given 5"));
  CHECK_THROWS_WITH(c.set_frozen(all.slice(0, 5)), Catch::Contains("25 frozen weights, but was given 5"));
}

TEST_CASE("a penalty of frozen weights counts in the loss and moves nothing", "[nn][trainable]") {
  const auto layers = [](bool penalised) {
    auto layer = frozen(test::dense(4));
    if (penalised)
      layer.keys["kernel_regularizer"] = "l2";
    return architecture{"m", {6}, {layer, test::dense(2)}};
  };
  model with{layers(true), "mean_squared_error", 2};
  model without{layers(false), "mean_squared_error", 2};
  with.initialize(1);
  without.initialize(1);
  const auto x = test::random_numbers(5 * 6, 3);
  const auto y = test::random_numbers(5 * 2, 4);
  double cost = 0;
  for (std::size_t i = 0; i < 24; ++i)
    cost += 0.01 * static_cast<double>(with.frozen()[i]) * static_cast<double>(with.frozen()[i]);
  CHECK(with.compute_gradient({x.data(), y.data(), 5}).loss() ==
        Approx(without.compute_gradient({x.data(), y.data(), 5}).loss() + cost));
  CHECK(std::equal(with.gradient(), with.gradient() + with.num_weights(), without.gradient()));
}

TEST_CASE("dropout goes on where it is said not to be trainable", "[nn][trainable]") {
  model m{{"m", {4}, {frozen(test::dropout(0.5)), test::dense(1)}}, "mean_squared_error", 1};
  m.initialize(1);
  CHECK(m.num_frozen() == 0);
  const auto x = test::random_numbers(8 * 4, 3);
  const auto y = test::random_numbers(8, 4);
  CHECK(m.compute_gradient({x.data(), y.data(), 8}).loss() != m.evaluate(x.data(), y.data(), 8).loss());
}

TEST_CASE("the summary shows and counts what is frozen", "[nn][trainable]") {
  CHECK(summary({"m", {3}, {frozen(test::dense(2)), {"batch_normalization"}, test::dense(1)}}) ==
        R"(Model: "m"
____________________________________________________________________________
 Layer (type)                Output Shape              Param #   Trainable  
============================================================================
 dense (Dense)               (None, 2)                 8         N          
                                                                            
 batch_normalization (BatchN (None, 2)                 8         Y          
                                                                            
 dense_1 (Dense)             (None, 1)                 3         Y          
                                                                            
============================================================================
Total params: 19 (76.00 Byte)
Trainable params: 7 (28.00 Byte)
Non-trainable params: 12 (48.00 Byte)
____________________________________________________________________________
)");
  const auto graph =
      summary({"m", {2}, {frozen(test::dense(2)), {"add", {{"from", {"dense", "in"}}}}}, {{"in", {2}}}, {}});
  CHECK_THAT(graph, Catch::Contains("Connected to                     Trainable"));
  CHECK_THAT(graph, Catch::Contains("in                               N"));
  CHECK_THAT(graph, Catch::Contains("Trainable params: 0 ") && Catch::Contains("Non-trainable params: 6 "));
}

TEST_CASE("every kind of layer takes trainable, and a file keeps it", "[nn][trainable]") {
  const temporary_folder temporary;
  for (const auto& name : layer_names()) {
    INFO(name);
    spec layer{name, {{"trainable", "no"}}};
    CHECK_THROWS_WITH(check_layer(layer), Catch::Contains("expected true or false"));
    layer.keys["trainable"] = false;
    if (const auto& kind = find_layer(name); kind.merge == nullptr && kind.keys.empty())
      CHECK_NOTHROW(check_layer(layer));
  }
  const auto of = with_head(base);
  model m{of, "categorical_crossentropy", 1};
  m.initialize(1);
  for (const std::string file : {"m.h5", "m.keras", "m.json"}) {
    INFO(file);
    const auto path = temporary.path(file);
    if (file == "m.h5")
      save_model(path, of, m.loss(), {"adam"}, m.all_weights().data());
    else if (file == "m.keras")
      save_archive(path, of, m.loss(), {"adam"}, m.all_weights().data());
    else
      save_description(path, of);
    const auto again = load_model(path);
    REQUIRE(again.architecture.layers.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(again.architecture.layers[i].keys.contains("trainable") == (i < 3));
    if (!again.weights.empty())
      CHECK(same_bits(block::copy_of(again.weights.data(), again.weights.size()), m.all_weights()));
  }
}

TEST_CASE("what Keras says is not trainable is frozen", "[nn][trainable]") {
  using nlohmann::json;
  const auto dense = [](const char* name, json trainable) {
    auto made = test::described("Dense", {{"units", 2}, {"batch_input_shape", {nullptr, 2U}}}, name);
    if (!trainable.is_null())
      made["config"]["trainable"] = std::move(trainable);
    return made;
  };
  const auto frozen_in = [](const json& model) {
    std::vector<bool> all;
    for (const auto& layer : make_layers(keras::read_model_config(model, keras::generation_of(model, ""))))
      all.push_back(layer->is_frozen());
    return all;
  };
  const json layers{dense("a", false), dense("b", true), dense("c", nullptr)};
  const json sequential{{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", layers}}}};
  CHECK(frozen_in(sequential) == std::vector<bool>{true, false, false});
  auto whole = sequential;
  whole["config"]["trainable"] = true; // says nothing about its layers
  CHECK(frozen_in(whole) == std::vector<bool>{true, false, false});
  whole["config"]["trainable"] = false;
  CHECK(frozen_in(whole) == std::vector<bool>{true, true, true});
  CHECK(frozen_in({{"class_name", "Sequential"}, {"config", layers}}) == std::vector<bool>{true, false, false});
  auto functional = keras::model_config(
      {"m", {2}, {frozen(test::dense(2)), {"add", {{"from", {"dense", "in"}}}}}, {{"in", {2}}}, {}},
      make_layers({"m", {2}, {frozen(test::dense(2)), {"add", {{"from", {"dense", "in"}}}}}, {{"in", {2}}}, {}}));
  CHECK(frozen_in(functional) == std::vector<bool>{true, false});
  functional["config"]["trainable"] = false;
  CHECK(frozen_in(functional) == std::vector<bool>{true, true});
  whole["config"]["trainable"] = "no";
  CHECK_THROWS_WITH(frozen_in(whole), Catch::Contains("trainable = \"no\", expected true or false"));
  const json odd{{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", {dense("a", 0)}}}}};
  CHECK_THROWS_WITH(frozen_in(odd), Catch::Contains("layer 0 (a): trainable = 0, expected true or false"));
}
