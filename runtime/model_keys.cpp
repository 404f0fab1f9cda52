#include "runtime/model_keys.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>

namespace dk {

namespace {

void check_name(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw failure{errc::config,
                  "unknown " + what + " `" + name + '`' + did_you_mean(name, known) + "; known are: " + join(known)};
}

} // namespace

std::vector<std::string> layer_names() {
  return {"dense", "dropout", "activation", "flatten"};
}

std::string primary_key(const std::string& layer) {
  if (layer == "dense")
    return "units";
  if (layer == "dropout")
    return "rate";
  return layer == "activation" ? "activation" : "";
}

void check_layer(const spec& layer) {
  check_name("layer", layer.name, layer_names());
}

void check_optimizer(const spec& optimizer) {
  check_name("optimizer", optimizer.name, {"sgd", "adam"});
}

void check_loss(const std::string& name) {
  check_name("loss", name, {"categorical_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error"});
}

std::vector<std::string> metric_names() {
  return {"accuracy"};
}

} // namespace dk
