#include "runtime/model_defaults.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"

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

// Metrics change nothing that is trained: those that we have not are told and left out.
std::string adopt_metrics(job& which, const std::vector<spec>& from, const std::string& path) {
  const auto known = nn::metric_names();
  std::vector<spec> taken;
  names unknown;
  for (const auto& metric : from)
    if (!contains(known, metric.name))
      unknown.push_back(metric.name);
    else if (std::none_of(taken.begin(), taken.end(), [&](const spec& one) { return one.name == metric.name; }))
      taken.push_back(metric); // once, as in a config
  if (!taken.empty())
    which.trainer.metrics = taken;
  return unknown.empty() ? "" : path + ": of its metrics these are not measured: " + join(unknown);
}

} // namespace

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
