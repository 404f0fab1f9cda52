#include "runtime/config/trainer_keys.hpp"

#include "algorithms/catalog.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "runtime/config/config_parts.hpp"

#include <algorithm>
#include <limits>

namespace dk {

namespace {

constexpr auto most_trained_rows = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool is_positive(double x) {
  return x > 0;
}
bool is_not_negative(double x) {
  return x >= 0;
}
bool is_above_one(double x) {
  return x > 1;
}
bool is_accuracy(double x) {
  return x > 0 && x <= 1;
}

void read_algorithm(const section& in, spec& algorithm) {
  in.text("algorithm", algorithm.name);
  const auto* info = find_algorithm(algorithm.name);
  if (info == nullptr) {
    const auto names = algorithm_names();
    in.refuse("algorithm", "one of: " + join(names) + did_you_mean(algorithm.name, names));
  }
  algorithm = {info->name, info->defaults};
  for (const auto& [key, value] : info->defaults.items())
    in.like(key, algorithm.keys[key]);
}

void read_optimizer(const section& in, spec& optimizer) {
  if (const auto* found = in.find("optimizer"); found != nullptr) {
    if (found->is_object()) { // without a name: the default one with other numbers
      section{in.tree(), in.path("optimizer")}.text("name", optimizer.name);
      optimizer.keys = *found;
      optimizer.keys.erase("name");
    } else if (found->is_string()) {
      optimizer.name = *found;
    } else {
      in.refuse("optimizer", "a name, or a table as in { name = \"adam\", learning_rate = 0.001 }");
    }
  }
  placed(in.tree(), in.path("optimizer"), [&] { nn::check_optimizer(optimizer); });
}

void read_policy(const section& in, trainer_config& trainer) {
  const auto own = find_algorithm(trainer.algorithm.name)->policy;
  trainer.policy = std::string{name_of(own)};
  in.word("policy", trainer.policy, policy_names());
  in.whole("max_staleness", trainer.max_staleness, 0, many);
  if (in.find("max_staleness") != nullptr && !is_bounded(*find_policy(trainer.policy)))
    in.refuse_without("max_staleness", "policy = \"wait\" or \"reject\"");
}

void read_stop(const section& in, nlohmann::json& stop) {
  const section keys{in.tree(), in.path("stop")};
  keys.only({"loss", "accuracy", "seconds", "rows", "patience", "min_delta"});
  double number = 0;
  std::size_t rows = 0;
  std::size_t patience = 0;
  keys.number("loss", number, is_positive, "a number above 0");
  keys.number("accuracy", number, is_accuracy, "a number above 0 and at most 1");
  keys.number("seconds", number, is_positive, "a number above 0");
  keys.whole("rows", rows, 1, most_trained_rows);
  keys.whole("patience", patience, 0, many);
  keys.number("min_delta", number, is_not_negative, "a number of at least 0");
  if (keys.find("min_delta") != nullptr && keys.find("patience") == nullptr)
    keys.refuse_without("min_delta", "`patience`");
  if (const auto* found = in.find("stop"); found != nullptr)
    stop = *found;
}

void read_scheme(const section& in, spec& scheme) {
  const auto* found = in.find("scheme");
  double threshold = 0.005;
  double divide_by = 10;
  if (found != nullptr && found->is_object()) {
    const section keys{in.tree(), in.path("scheme")};
    keys.only({"name", "threshold", "divide_by"});
    scheme.name = "emperor"; // without a name: with other numbers
    keys.word("name", scheme.name, {"emperor"});
    keys.number("threshold", threshold, is_not_negative, "a number of at least 0");
    keys.number("divide_by", divide_by, is_above_one, "a number above 1");
  } else {
    in.word("scheme", scheme.name, {"none", "emperor"});
  }
  if (scheme.name == "none")
    return;
  scheme.keys = {{"threshold", threshold}, {"divide_by", divide_by}};
}

// A name or a table of a name and its keys, or a list of such where the model has several outputs.
void read_loss(const section& in, nn::objective& loss) {
  if (const auto* given = in.find("loss"); given != nullptr) {
    loss.losses.clear();
    for (const auto& path : given->is_array() ? in.list("loss") : std::vector<std::string>{in.path("loss")})
      placed(in.tree(), path, [&] { loss.losses.push_back(nn::part_of(*value_at(in.tree(), path))); });
  }
  in.numbers("loss_weights", loss.weights, is_not_negative, "a number of at least 0");
  placed(in.tree(), in.path("loss"), [&] { nn::check_objective(loss); });
}

// What each class counts for.
void read_class_weight(const section& in, nlohmann::json& weights) {
  const auto* given = in.find("class_weight");
  if (given == nullptr)
    return;
  const auto counts = [](const nlohmann::json& x) {
    return x.is_number() && x.get<double>() >= 0 && x.get<double>() <= double{std::numeric_limits<float>::max()};
  };
  const bool is_list = (given->is_array() || given->is_object()) && !given->empty();
  if (*given != "balanced" && !(is_list && std::all_of(given->begin(), given->end(), counts)))
    in.refuse("class_weight", "\"balanced\", or numbers of at least 0: of all classes in order, as in [1, 20], or by "
                              "class number or name, as in { 0 = 1, 1 = 20 }");
  weights = *given;
}

// Names, or tables of a name and its keys.
void read_metrics(const section& in, std::vector<spec>& metrics) {
  if (in.find("metrics") == nullptr)
    return;
  metrics.clear();
  for (const auto& path : in.list("metrics"))
    placed(in.tree(), path, [&] {
      const auto given = nn::part_of(*value_at(in.tree(), path));
      nn::check_metric(given);
      if (std::find(metrics.begin(), metrics.end(), given) != metrics.end())
        throw failure{errc::config, "metric \"" + given.name + "\" is named twice; name it once, or with other keys"};
      metrics.push_back(given);
    });
}

void read_validation(const section& in, trainer_config& trainer) {
  in.number("validation_every", trainer.validation_every, is_not_negative, "a number of epochs, at least 0");
  in.word("monitor", trainer.monitor, {"loss", "accuracy"});
  read_scheme(in, trainer.scheme);
  if (trainer.scheme.name != "none")
    trainer.keep = "best";
  in.word("keep", trainer.keep, {"last", "best"});
}

} // namespace

void read_trainer(const section& in, trainer_config& trainer) {
  read_algorithm(in, trainer.algorithm);
  in.whole("workers", trainer.workers, 1, 65'536);
  in.whole("threads", trainer.threads, 1, 1024);
  in.whole("epochs", trainer.epochs, 1, many);
  in.whole("batch_size", trainer.batch_size, 1, many);
  in.whole("communication_window", trainer.communication_window, 1, many);
  in.whole("servers", trainer.servers, 1, 64);
  in.word("assignment", trainer.assignment, {"dynamic", "static"});
  read_policy(in, trainer);
  read_optimizer(in, trainer.optimizer);
  if (const auto& own = find_algorithm(trainer.algorithm.name)->own_optimizer; own)
    trainer.optimizer = own(trainer.algorithm.keys);
  read_loss(in, trainer.loss);
  read_class_weight(in, trainer.class_weight);
  read_metrics(in, trainer.metrics);
  read_stop(in, trainer.stop);
  read_validation(in, trainer);
  in.flag("overlap", trainer.overlap);
  in.flag("record", trainer.record);
}

void check_validation(const section& in, const job& all) {
  const auto& trainer = all.trainer;
  const bool has_center = !find_algorithm(trainer.algorithm.name)->share;
  const auto check = [&](const section& keys, const char* key, bool regularly) {
    if (!has_center)
      keys.refuse_without(key, "an algorithm with one shared model; `" + trainer.algorithm.name + "` trains several");
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

} // namespace dk
