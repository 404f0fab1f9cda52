#include "nn/keras/training_config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/json.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
using nlohmann::json;

namespace {

spec optimizer_in(const char* text) {
  return keras::read_optimizer(keras::parse(text, "the test"));
}

objective losses_in(const char* text, const std::vector<std::string>& outputs) {
  return keras::read_loss(keras::parse(text, "the test"), outputs);
}

std::string loss_in(const char* text) {
  const auto found = losses_in(text, {});
  return found.empty() ? "" : found.losses.at(0).name;
}

std::vector<std::string> metrics_in(const char* text) {
  std::vector<std::string> all;
  for (const auto& metric : keras::read_metrics(keras::parse(text, "the test")))
    all.push_back(metric.name + (metric.keys.empty() ? "" : metric.keys.dump()));
  return all;
}

using metric_list = std::vector<std::string>;

} // namespace

TEST_CASE("an optimizer of Keras 1 comes with its old keys", "[nn][keras]") {
  const auto adam = optimizer_in(R"({"optimizer_config": {"class_name": "Adam", "config":
    {"beta_1": 0.9, "epsilon": 1e-08, "beta_2": 0.999, "lr": 0.002, "decay": 0.0}}})");
  CHECK(adam == spec{"adam", {{"beta_1", 0.9}, {"epsilon", 1e-8}, {"beta_2", 0.999}, {"learning_rate", 0.002}}});
  check_optimizer(adam);
  CHECK(optimizer_in(R"({"optimizer_config": {"class_name": "SGD", "config":
    {"nesterov": true, "lr": 0.01, "momentum": 0.9, "decay": 1e-6}}})") ==
        spec{"sgd", {{"nesterov", true}, {"learning_rate", 0.01}, {"momentum", 0.9}, {"decay", 1e-6}}});
  // its accumulators start from 0, those of later ones from 0.1
  CHECK(optimizer_in(R"({"optimizer_config": {"class_name": "Adagrad", "config": {"lr": 0.01, "epsilon": null}}})") ==
        spec{"adagrad", {{"learning_rate", 0.01}, {"initial_accumulator_value", 0}}});
}

TEST_CASE("rmsprop before Keras 2.11 adds its epsilon to the root where there is no momentum", "[nn][keras]") {
  const spec old{"rmsprop", {{"learning_rate", 0.01}, {"epsilon_outside", true}}};
  const auto read = [](const char* config) {
    return optimizer_in(
        (R"({"optimizer_config": {"class_name": "RMSprop", "config": )" + std::string{config} + "}}").c_str());
  };
  CHECK(read(R"({"lr": 0.01})") == old);
  CHECK(read(R"({"learning_rate": 0.01, "decay": 0.0})") == old);
  CHECK(read(R"({"learning_rate": 0.01, "is_legacy_optimizer": true})") == old);
  CHECK(read(R"({"learning_rate": 0.01, "is_legacy_optimizer": false})") == spec{"rmsprop", {{"learning_rate", 0.01}}});
  CHECK_FALSE(read(R"({"lr": 0.01, "momentum": 0.5})").keys.contains("epsilon_outside"));
  CHECK(keras::read_optimizer(keras::training_config("hinge", old)) == old);
  const spec decaying{"rmsprop", {{"decay", 0.5}}}; // of ours, which is not old for its decay
  CHECK(keras::read_optimizer(keras::training_config("hinge", decaying)) == decaying);
}

TEST_CASE("an optimizer of Keras 3 comes without what is null or idle", "[nn][keras]") {
  const auto adam = optimizer_in(R"({"optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config":
    {"name": "adam", "learning_rate": 0.001, "weight_decay": null, "clipnorm": 1.5, "global_clipnorm": null,
     "clipvalue": null, "use_ema": false, "ema_momentum": 0.99, "ema_overwrite_frequency": null,
     "loss_scale_factor": null, "gradient_accumulation_steps": null, "jit_compile": true, "is_legacy_optimizer": false,
     "beta_1": 0.9, "amsgrad": true}, "registered_name": null}})");
  CHECK(adam == spec{"adam", {{"learning_rate", 0.001}, {"clipnorm", 1.5}, {"beta_1", 0.9}, {"amsgrad", true}}});
  check_optimizer(adam);
  CHECK(optimizer_in(R"({"optimizer": "rmsprop"})") == spec{"rmsprop"});
  CHECK(optimizer_in(R"({"optimizer_config": {"class_name": "Custom>AdamW", "config": {"weight_decay": 0.01}}})") ==
        spec{"adamw", {{"weight_decay", 0.01}}});
  CHECK(optimizer_in(R"({"optimizer_config": {"class_name": "Adam", "config": {"weight_decay": 0.01}}})") ==
        spec{"adamw", {{"weight_decay", 0.01}}});
  CHECK(optimizer_in("{}") == spec{});
  CHECK(optimizer_in("null") == spec{});
}

TEST_CASE("a schedule of a file is one of ours", "[nn][keras]") {
  const auto sgd = optimizer_in(R"({"optimizer_config": {"class_name": "SGD", "config": {"learning_rate":
    {"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1,
     "decay_steps": 50, "alpha": 0.0, "name": "CosineDecay", "warmup_target": null, "warmup_steps": 0}}}}})");
  CHECK(sgd.keys.at("learning_rate") == json{{"name", "cosine_decay"},
                                             {"initial_learning_rate", 0.1},
                                             {"decay_steps", 50},
                                             {"alpha", 0.0},
                                             {"warmup_steps", 0}});
  check_optimizer(sgd);
}

TEST_CASE("each optimizer and each schedule that dk writes it reads again", "[nn][keras]") {
  for (const auto& name : optimizer_names()) {
    const spec plain{name, {{"learning_rate", 0.25}}};
    CHECK(keras::read_optimizer(keras::training_config("hinge", plain)) == plain);
    check_optimizer(plain);
  }
  for (const json& schedule :
       {json{{"name", "exponential_decay"}, {"initial_learning_rate", 0.1}, {"decay_steps", 5}, {"decay_rate", 0.5}},
        json{{"name", "piecewise_constant_decay"}, {"boundaries", {1, 2}}, {"values", {3, 2, 1}}}}) {
    const spec with{"sgd", {{"learning_rate", schedule}}};
    CHECK(keras::read_optimizer(keras::training_config("hinge", with)) == with);
  }
  for (const auto& name : loss_names())
    CHECK(keras::read_loss(keras::training_config(name, {"sgd"}), {}) == objective{name});
}

TEST_CASE("an optimizer that dk has not is read, and refused by its name when it is wanted", "[nn][keras]") {
  const auto refused = [](const char* text) {
    const auto read = optimizer_in(text);
    try {
      check_optimizer(read);
    } catch (const dk::failure& why) {
      return std::string{why.what()};
    }
    return std::string{"nothing"};
  };
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "Ftrl", "config": {}}})"), Catch::Contains("\"Ftrl\""));
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "SGD", "config": {"use_ema": true}}})"),
             Catch::Contains("use_ema"));
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "SGD", "config":
    {"clipnorm": null, "use_ema": true, "ema_momentum": 0.9}}})"),
             Catch::Contains("ema"));
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "SGD", "config": {"weight_decay": 0.1}}})"),
             Catch::Contains("weight_decay"));
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "Nadam", "config": {"lr": 0.1, "decay": 0.004}}})"),
             Catch::Contains("schedule_decay"));
  CHECK_THAT(refused(R"({"optimizer_config": {"class_name": "SGD", "config": {"learning_rate":
    {"class_name": "MySchedule", "config": {}}}}})"),
             Catch::Contains("my_schedule"));
}

TEST_CASE("a loss is a text, a class, or the only one of a list or a table", "[nn][keras]") {
  CHECK(loss_in(R"({"loss": "mse"})") == "mean_squared_error");
  CHECK(loss_in(R"({"loss": "MSE"})") == "mean_squared_error");
  CHECK(loss_in(R"({"loss": "KLDivergence"})") == "kullback_leibler_divergence");
  CHECK(loss_in(R"({"loss": {"class_name": "LogCosh", "config": {"reduction": "auto", "name": "log_cosh"}}})") ==
        "logcosh");
  CHECK(loss_in(R"({"loss": {"module": "builtins", "class_name": "function", "config": "mae"}})") ==
        "mean_absolute_error");
  CHECK(loss_in(R"({"loss": ["hinge"]})") == "hinge");
  CHECK(loss_in(R"({"loss": {"dense_1": "poisson"}})") == "poisson");
  CHECK(loss_in(R"({"loss": {"dense_1": {"class_name": "Poisson", "config": {}}}})") == "poisson");
  CHECK(loss_in(R"({"loss": null})").empty());
  CHECK(loss_in(R"({"loss": []})").empty());
  CHECK(loss_in("{}").empty());
}

TEST_CASE("a loss that is another function under a known name is not taken for it", "[nn][keras]") {
  for (const auto* text :
       {R"({"loss": {"class_name": "BinaryCrossentropy", "config": {"reduction": "sum"}}})",
        R"({"loss": {"class_name": "BinaryCrossentropy", "config": {"axis": 1}}})",
        R"({"loss": {"class_name": "BinaryCrossentropy", "config": {"wibble": 0}}})",
        R"({"loss": {"class_name": "SparseCategoricalCrossentropy", "config": {"ignore_class": 0}}})",
        R"({"loss": {"class_name": "Hinge", "config": {"label_smoothing": 0.5}}})",
        R"({"loss": {"class_name": "Hinge", "registered_name": "mine>Hinge", "config": {}}})",
        R"({"loss": {"class_name": "Hinge", "module": "mine", "config": {}}})",
        R"({"loss": {"class_name": "Huber", "config": {"delta": 1.0}}})", R"({"loss": ["mse", "mae"]})",
        R"({"loss": "my_own"})"}) {
    INFO(text);
    CHECK_THROWS(check_objective(losses_in(text, {})));
  }
}

TEST_CASE("each key of each loss counts with another value, or is refused", "[nn][keras]") {
  const objective logits{spec{"binary_crossentropy", {{"from_logits", true}, {"label_smoothing", 0.1}}}};
  CHECK(losses_in(R"({"loss": {"class_name": "BinaryCrossentropy", "config": {"from_logits": true,
    "label_smoothing": 0.1, "axis": -1, "reduction": "sum_over_batch_size", "name": "b", "dtype": "float32"}}})",
                  {}) == logits);
  CHECK(keras::read_loss(keras::training_config(logits, {"sgd"}), {}) == logits);
  check_objective(logits);
  for (const auto& name : loss_names()) {
    const json unknown{{"loss", {{"class_name", name}, {"config", {{"wibble", 0}}}}}};
    CHECK_THROWS_WITH(check_objective(keras::read_loss(unknown, {})), Catch::Contains("wibble"));
    const json sums{{"loss", {{"class_name", name}, {"config", {{"reduction", "sum"}}}}}};
    CHECK_THROWS_WITH(check_objective(keras::read_loss(sums, {})), Catch::Contains("reduction"));
  }
}

TEST_CASE("each optimizer and schedule of a file refuses a key that nobody knows", "[nn][keras]") {
  for (const auto& name : optimizer_names())
    for (const json& value : {json(0), json(false), json(1)}) {
      const json unknown{
          {"optimizer_config", {{"class_name", find_optimizer(name).keras_class}, {"config", {{"wibble", value}}}}}};
      CHECK_THROWS_WITH(check_optimizer(keras::read_optimizer(unknown)), Catch::Contains("wibble"));
    }
  CHECK_THROWS(check_optimizer(optimizer_in(R"({"optimizer_config": {"class_name": "SGD", "config": {"learning_rate":
    {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.5,
     "wibble": 1}}}}})")));
  CHECK(optimizer_in(R"({"optimizer_config": {"class_name": "Addons>AdamW", "config": {}}})").name == "Addons>AdamW");
  CHECK(optimizer_in(R"({"optimizer": {"class_name": "Adam", "registered_name": "mine>Adam", "config": {}}})").name ==
        "mine>Adam");
}

TEST_CASE("what a training says besides is told, unless it changes nothing", "[nn][keras]") {
  const auto told = [](const char* text, const std::vector<std::string>& outputs = {}) {
    const auto all = keras::check_training(keras::parse(text, "the test"), outputs);
    return all.empty() ? std::string{} : all.front();
  };
  CHECK(told(R"({"loss": "mse", "optimizer": "sgd", "metrics": ["mae"], "weighted_metrics": null, "loss_weights": null,
    "run_eagerly": false, "steps_per_execution": 1, "jit_compile": true, "auto_scale_loss": true})")
            .empty());
  CHECK_THAT(told(R"({"wibble": 1})"), Catch::Contains("wibble"));
  CHECK_THAT(told(R"({"sample_weight_mode": "temporal"})"), Catch::Contains("sample_weight_mode"));
  CHECK_THAT(told(R"({"loss_weights": [1, 2, 3]})", {"a", "b"}), Catch::Contains("loss_weights"));
  CHECK_THAT(told(R"({"loss_weights": {"c": 2}})", {"a", "b"}), Catch::Contains("loss_weights"));
  CHECK_THAT(told(R"({"loss": {"a": "mse", "c": "mse"}})", {"a", "b"}), Catch::Contains("no output"));
  CHECK(losses_in(R"({"loss": "mse", "loss_weights": [0.5]})", {}).weights == std::vector<double>{0.5});
}

TEST_CASE("several outputs have a loss and a weight each", "[nn][keras]") {
  const objective both{{"hinge", "mean_squared_error"}, {1, 0.5}};
  CHECK(losses_in(R"({"loss": ["hinge", "mse"], "loss_weights": [1, 0.5]})", {"a", "b"}) == both);
  CHECK(losses_in(R"({"loss": {"b": "mse", "a": {"class_name": "Hinge", "config": {}}}, "loss_weights": {"b": 0.5}})",
                  {"a", "b"}) == both);
  CHECK(losses_in(R"({"loss": "mse", "loss_weights": null})", {"a", "b"}) == objective{"mean_squared_error"});
  CHECK(keras::read_loss(keras::training_config(both, {"sgd"}), {"a", "b"}) == both);
  CHECK_THROWS(check_objective(losses_in(R"({"loss": {"a": "mse"}})", {"a", "b"})));
}

TEST_CASE("metrics are found in every form, each once", "[nn][keras]") {
  CHECK(metrics_in(R"({"metrics": ["acc", "accuracy", "mse"]})") == metric_list{"accuracy", "mse"});
  CHECK(metrics_in(R"({"metrics": {"dense": ["categorical_accuracy"]}})") == metric_list{"categorical_accuracy"});
  CHECK(metrics_in(R"({"metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy",
    "dtype": "float32", "fn": "categorical_accuracy"}}, {"class_name": "AUC", "config": {"num_thresholds": 200}}]]})") ==
        metric_list{"accuracy", R"(auc{"thresholds":200})"});
  CHECK(metrics_in(R"({"metrics": [{"class_name": "TopKCategoricalAccuracy", "config": {"k": 5}}]})") ==
        metric_list{R"(top_k{"k":5})"});
  CHECK(metrics_in(R"({"metrics": null})").empty());
  CHECK(metrics_in(R"({"weighted_metrics": ["mse"]})") == metric_list{"weighted mse"});
}

TEST_CASE("each key of a metric is read, or kept so that it is told of", "[nn][keras]") {
  CHECK(metrics_in(R"({"metrics": [{"class_name": "AUC", "config": {"name": "prc", "dtype": "float32",
    "num_thresholds": 50, "curve": "PR", "summation_method": "minoring", "multi_label": false, "num_labels": null,
    "label_weights": null, "from_logits": true}}]})") ==
        metric_list{R"(auc{"curve":"pr","from_logits":true,"summation_method":"minoring","thresholds":50})"});
  CHECK(metrics_in(R"({"metrics": [{"class_name": "BinaryAccuracy", "config": {"name": "a", "threshold": 0.9}},
    {"class_name": "Precision", "config": {"thresholds": 0.9, "top_k": null, "class_id": 1}},
    {"class_name": "Recall", "config": {"thresholds": [0.5]}}]})") ==
        metric_list{R"(binary_accuracy{"threshold":0.9})", R"(precision{"class_id":1,"threshold":0.9})",
                    R"(recall{"threshold":0.5})"});
  CHECK(metrics_in(R"({"metrics": [{"class_name": "R2Score", "config": {"name": "r2_score", "dtype": "float32",
    "class_aggregation": "uniform_average", "num_regressors": 0}}]})") == metric_list{"r2"});
  const auto refused = [](const char* text) {
    const auto all = keras::read_metrics(keras::parse(text, "the test"));
    REQUIRE(all.size() == 1);
    try {
      check_metric(all.front());
    } catch (const dk::failure& why) {
      return std::string{why.what()};
    }
    return std::string{};
  };
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "Precision", "config": {"top_k": 3}}]})"),
             Catch::Contains("top_k"));
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "Recall", "config": {"thresholds": [0.1, 0.2]}}]})"),
             Catch::Contains("thresholds"));
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "R2Score", "config": {"num_regressors": 2}}]})"),
             Catch::Contains("num_regressors"));
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "AUC", "config": {"multi_label": true}}]})"),
             Catch::Contains("multi_label"));
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "AUC", "config": {"thresholds": [0.5]}}]})"),
             Catch::Contains("thresholds"));
  CHECK_THAT(refused(R"({"metrics": [{"class_name": "Accuracy", "config": {"name": "accuracy"}}]})"),
             Catch::Contains("equal"));
  for (const auto& name : metric_names()) {
    const json unknown{{"metrics", {{{"class_name", name}, {"config", {{"wibble", 0}}}}}}};
    for (const auto& metric : keras::read_metrics(unknown))
      CHECK_THROWS(check_metric(metric));
  }
}
