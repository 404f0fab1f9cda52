#include "runtime/run/model_defaults.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>

namespace dk {

namespace {

using names = std::vector<std::string>;

bool contains(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

template <class Check>
void check(const std::string& path, const std::string& key, Check is_known) {
  try {
    is_known();
  } catch (const failure& why) {
    throw failure{errc::model, path + ": the " + key + " that it was trained with is not supported: " + why.what() +
                                   "; name one in the config: `" + key + "` in [trainer]"};
  }
}

// Why a metric cannot be measured here; "" where it can.
std::string why_not(const spec& metric) {
  try {
    nn::check_metric(metric);
    return "";
  } catch (const failure& why) {
    return contains(nn::metric_names(), metric.name) ? why.what() : metric.name;
  }
}

// Metrics change nothing that is trained: those that we have not are reported and left out.
std::string adopt_metrics(job& which, const std::vector<spec>& from, const std::string& path) {
  std::vector<spec> taken;
  names left_out;
  for (const auto& metric : from)
    if (auto why = why_not(metric); !why.empty())
      left_out.push_back(std::move(why));
    else if (std::find(taken.begin(), taken.end(), metric) == taken.end())
      taken.push_back(metric); // once, as in a config
  if (!taken.empty())
    which.trainer.metrics = taken;
  return left_out.empty()
             ? ""
             : path + ": these metrics of the file are not supported and left out: " + join(left_out, "; ");
}

// Whether its learning rate is another after some steps.
bool follows_steps(const spec& optimizer) {
  return (optimizer.keys.contains("learning_rate") && optimizer.keys.at("learning_rate").is_object()) ||
         nn::value_or(optimizer, "decay", 0.0) > 0;
}

// Whether the config freezes other layers than the file: moments are those of the weights that were free.
bool frees_others(const job& which, const nn::architecture& of) {
  auto made = which;
  made.model.input = of.input;
  made.model.layers = of.layers;
  made.model.inputs = of.inputs;
  made.model.outputs = of.outputs;
  return !(nn::weight_split{architecture_of(made)} == nn::weight_split{of});
}

} // namespace

adopted_state adopt_state(job& which, const nn::loaded_model& from, const std::string& path) {
  adopted_state made;
  if (!contains(which.model.left, "optimizer") || from.optimizer.name.empty())
    return made;
  if (from.steps == 0 && !from.weights.empty() && follows_steps(from.optimizer))
    made.notice = path + ": has no count of its optimizer's steps, so the learning rate starts as at step 0; set "
                         "`iterations` in trainer.optimizer to start later";
  if (from.steps > 0)
    which.trainer.optimizer.keys["iterations"] = from.steps;
  auto why = from.moments_left_out;
  if (!from.moments.empty() && which.trainer.algorithm->has_server())
    why = "every worker starts with its own; algorithm = \"single\" uses them";
  else if (!from.moments.empty() && frees_others(which, from.architecture))
    why = "model.trainable does not name the layers that were trained";
  else
    made.moments = block::copy_of(from.moments.data(), from.moments.size());
  if (!why.empty())
    made.notice = path + ": the moments of its optimizer are not used: " + why + "; its " + std::to_string(from.steps) +
                  " steps count";
  return made;
}

std::string adopt_defaults(job& which, const nn::loaded_model& from, const std::string& path) {
  const auto& left = which.model.left;
  if (contains(left, "optimizer") && !from.optimizer.name.empty()) {
    check(path, "optimizer", [&] { nn::check_optimizer(from.optimizer); });
    which.trainer.optimizer = from.optimizer;
  }
  if (contains(left, "loss") && !from.loss.empty()) {
    check(path, "loss", [&] { nn::check_objective(from.loss); });
    which.trainer.loss = from.loss;
  }
  return contains(left, "metrics") ? adopt_metrics(which, from.metrics, path) : "";
}

} // namespace dk
