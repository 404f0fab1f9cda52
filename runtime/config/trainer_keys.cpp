#include "actors/validator/validation_rule.hpp"
#include "algorithms/catalog.hpp"
#include "common/text.hpp"
#include "nn/objective.hpp"
#include "runtime/config/config_sections.hpp"
#include "runtime/config/trainer_parts.hpp"

#include <algorithm>
#include <iterator>

namespace dk {

namespace {

using nlohmann::json;

// What the config does not say of the training, a model file may.
void leave_to_file(const section& in, job& to) {
  if (to.model.keras.empty())
    return;
  const bool has_own = static_cast<bool>(to.trainer.algorithm->own_optimizer);
  for (const std::string key : {"optimizer", "loss", "metrics"})
    if (in.find(key) == nullptr && !(has_own && key == "optimizer"))
      to.model.left.push_back(key);
}

// What decides by held-out rows needs some.
void check_validation(const section& in, const job& all) {
  const auto& trainer = all.trainer;
  const bool has_center = !trainer.algorithm->share;
  const auto check = [&](const section& keys, const char* key, bool regularly) {
    if (!has_center)
      keys.refuse_without(key, "an algorithm with one shared model; `" + trainer.algorithm.name() + "` trains several");
    if (!all.data.holds_out())
      keys.refuse_without(key, "held-out rows: set data.validation, as in validation = 0.1, or data.validate");
    if (regularly && trainer.validation_every == 0)
      keys.refuse_without(key, "validation_every above 0");
  };
  if (trainer.stop.contains("patience"))
    check({in.tree(), in.path("stop")}, "patience", true);
  if (trainer.scheme.name != "none")
    check(in, "scheme", true);
  if (trainer.keep == "best")
    check(in, "keep", false);
}

void finish_trainer(const section& in, job& to) {
  auto& trainer = to.trainer;
  const auto& algorithm = *trainer.algorithm;
  if (in.find("policy") == nullptr)
    trainer.policy = std::string{name_of(algorithm.policy)};
  if (in.find("max_staleness") != nullptr && !is_bounded(*find_policy(trainer.policy)))
    in.refuse_without("max_staleness", "policy = \"wait\" or \"reject\"");
  if (algorithm.own_optimizer)
    trainer.optimizer = algorithm.own_optimizer(trainer.algorithm.keys);
  placed(in.tree(), in.path(""), [&] { nn::check_objective(trainer.loss); });
  if (in.find("keep") == nullptr && trainer.scheme.name != "none")
    trainer.keep = "best";
  if (!trainer.compress.none() && !algorithm.has_server())
    in.refuse_without("compress", "a parameter server, and `" + trainer.algorithm.name() + "` has none");
  leave_to_file(in, to);
  check_validation(in, to);
}

// Where a model file says it, the config is silent.
config_key unless_left(config_key of) {
  return shown_where(of, [name = of.rule.name](const job& all) {
    const auto& left = all.model.left;
    return std::find(left.begin(), left.end(), name) == left.end();
  });
}

bool has_bound(const job& of) {
  const auto policy = find_policy(of.trainer.policy);
  return policy && is_bounded(*policy);
}

config_key algorithm_key() {
  return {text_rule("algorithm", "one of: " + join(algorithm_names())), "how the workers train together",
          read_algorithm, [](const job& of) { return of.trainer.algorithm.name(); }};
}

config_key losses_key() {
  return with_keys(unless_left({rule_of("loss", key_kind::part, "a loss, or a list of losses, one for each output"),
                                "what the training minimises",
                                [](const key_reading& at) { at.to.trainer.loss.losses = losses_at(at); },
                                [](const job& of) { return losses_value(of.trainer.loss.losses); }}));
}

config_key loss_weights_key() {
  return shown_unless_empty(
      {{"loss_weights", key_kind::number_list, false, at_least(0)},
       "the factor of each output's loss in the sum",
       [](const key_reading& at) { at.to.trainer.loss.weights = at.value().get<std::vector<double>>(); },
       [](const job& of) { return json(of.trainer.loss.weights); }});
}

template <class T>
config_key trainer_key(T trainer_config::*member, key_rule rule, const char* text) {
  return plain_key(&job::trainer, member, std::move(rule), text);
}

template <class T>
config_key trainer_key(T trainer_config::*member, key_rule rule, const char* text, T (*read)(const key_reading& at),
                       json (*value)(const T& of)) {
  return made_key(&job::trainer, member, std::move(rule), text, read, value);
}

config_key trainer_key(json trainer_config::*member, key_rule rule, const char* text,
                       json (*read)(const key_reading& at)) {
  return read_key(&job::trainer, member, std::move(rule), text, read);
}

// Who trains what, and when it is exchanged.
std::vector<config_key> exchange_keys() {
  return {
      algorithm_key(),
      trainer_key(&trainer_config::workers, whole_rule("workers", from_to(1, 65'536)),
                  "replicas that train at the same time"),
      trainer_key(&trainer_config::threads, whole_rule("threads", from_to(1, 1024)),
                  "only for `single`: threads of a training step"),
      trainer_key(&trainer_config::epochs, whole_rule("epochs", from_to(1, many)), "how often every row is trained"),
      trainer_key(&trainer_config::batch_size, whole_rule("batch_size", from_to(1, many)), "rows of a mini-batch"),
      trainer_key(&trainer_config::communication_window, whole_rule("communication_window", from_to(1, many)),
                  "mini-batches between two exchanges"),
      trainer_key(&trainer_config::servers, whole_rule("servers", from_to(1, 64)),
                  "shards of the center, each an actor of its own"),
      trainer_key(&trainer_config::assignment, word_rule("assignment", {"dynamic", "static"}),
                  "which worker gets a chunk"),
      shown_unless_empty(trainer_key(&trainer_config::policy, word_rule("policy", policy_names()),
                                     "what the parameter server does about staleness")),
      shown_where(trainer_key(&trainer_config::max_staleness, whole_rule("max_staleness", from_to(0, many)),
                              "only for `wait` and `reject`: no commit that is staler is folded in"),
                  has_bound),
      trainer_key(&trainer_config::overlap, flag_rule("overlap"),
                  "a worker begins its next chunk before the exchange of the last one has ended"),
      with_keys(trainer_key(
          &trainer_config::compress,
          rule_of("compress", key_kind::part, "one of: none, fp16, bf16, int8; or a table, as in { top_k = 0.01 }"),
          "in which form commits and centers travel", compress_at, compress_value))};
}

// What is minimised, how, and what is measured.
std::vector<config_key> objective_keys() {
  return {
      with_keys(unless_left(trainer_key(
          &trainer_config::optimizer,
          rule_of("optimizer", key_kind::part, "a name, or a table as in { name = \"adam\", learning_rate = 0.001 }"),
          "every worker has one of its own", optimizer_at, named_value))),
      losses_key(), loss_weights_key(),
      with_keys(shown_unless_empty(
          trainer_key(&trainer_config::class_weight,
                      rule_of("class_weight", key_kind::part,
                              "\"balanced\", or numbers of at least 0: of all classes in order, as in [1, 20], "
                              "or by class number or name, as in { 0 = 1, 1 = 20 }"),
                      "how much the rows of each class count in the loss of the training", class_weight_at))),
      unless_left(trainer_key(&trainer_config::metrics, rule_of("metrics", key_kind::list, "a list of metrics"),
                              "what is measured on held-out and test rows", metrics_at, metrics_value))};
}

// When the run ends, and what it leaves.
std::vector<config_key> end_keys() {
  return {
      with_keys(trainer_key(&trainer_config::stop, rule_of("stop", key_kind::table, "a table, as in { patience = 3 }"),
                            "the run ends in order when one of these is reached", stop_at)),
      trainer_key(&trainer_config::validation_every, number_rule("validation_every", at_least(0, "epochs")),
                  "how often the center is measured on the held-out rows"),
      trainer_key(&trainer_config::monitor, word_rule("monitor", {"loss", "accuracy"}),
                  "which figure of the held-out rows decides whether a center is better than another"),
      trainer_key(&trainer_config::keep, word_rule("keep", {"last", "best"}), "which center becomes `model.h5`"),
      with_keys(
          trainer_key(&trainer_config::scheme,
                      rule_of("scheme", key_kind::part, "one of: none, emperor; or a table, as in { divide_by = 5 }"),
                      "how the learning rate follows the validation", scheme_at, named_value)),
      trainer_key(&trainer_config::record, flag_rule("record"), "write `commits.jsonl`"),
      trainer_key(&trainer_config::tensorboard, flag_rule("tensorboard"),
                  "write an event file for TensorBoard into the run's folder")};
}

} // namespace

config_section trainer_section() {
  auto keys = exchange_keys();
  for (auto more : {objective_keys(), end_keys()})
    std::move(more.begin(), more.end(), std::back_inserter(keys));
  return {"trainer", keys, finish_trainer};
}

config_section stop_section() {
  const auto key = [](key_rule rule, const char* text) {
    const auto value = [name = rule.name](const job& of) { return of.trainer.stop.value(name, json{}); };
    return config_key{std::move(rule), text, {}, value};
  };
  return {"trainer.stop",
          {key(number_rule("loss", above(0)), "the mean loss of the newest chunks is at most this"),
           key(number_rule("accuracy", above_to(0, 1)), "their mean accuracy is at least this"),
           key(number_rule("seconds", above(0)), "the session has taken this long"),
           key(whole_rule("rows", at_least(1)), "this many rows are trained"),
           key(whole_rule("patience", from_to(0, many)),
               "this many measurements on the held-out rows, one after another, were no better than the best one"),
           key(number_rule("min_delta", at_least(0)), "only with `patience`: how much better counts as better")}};
}

config_section compress_section() {
  key_rule top_k = number_rule("top_k", above_to(0, 1));
  top_k.required = true;
  return {"trainer.compress",
          {{std::move(top_k), "which part of the numbers travels: those that have changed most", {}, [](const job& of) {
              const auto& chosen = of.trainer.compress;
              return chosen.form == number_form::top_k ? json(chosen.part) : json{};
            }}}};
}

config_section scheme_section() {
  const auto number = [](const char* name, number_range range, double usual, const char* text) {
    const auto value = [=](const job& of) { return json(of.trainer.scheme.keys.value(name, usual)); };
    return config_key{number_rule(name, range), text, {}, value};
  };
  return {"trainer.scheme",
          {{word_rule("name", {"emperor"}), "the scheme", {}, [](const job&) { return json("emperor"); }},
           number("threshold", at_least(0), emperor_rule{}.threshold,
                  "how much lower the loss must be than at the measurement before, or the rate is divided"),
           number("divide_by", above(1), emperor_rule{}.divide_by, "by this the learning rate is divided")}};
}

} // namespace dk
