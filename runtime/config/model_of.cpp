#include "runtime/config/model_of.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/model/wiring.hpp"

#include <algorithm>

namespace dk {

namespace {

// Says of each layer whether it is trained, whatever it said itself.
void set_trainable(const nlohmann::json& wanted, nn::architecture& of) {
  const auto names = nn::wire(of).layers;
  const bool is_list = wanted.is_array();
  for (std::size_t i = 0; is_list && i < wanted.size(); ++i)
    if (const auto name = wanted[i].get<std::string>(); std::find(names.begin(), names.end(), name) == names.end())
      throw failure{errc::config, "model.trainable: no layer is called \"" + name + '"' + did_you_mean(name, names) +
                                      "; there are " + join(names)};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool trained = is_list ? std::find(wanted.begin(), wanted.end(), names[i]) != wanted.end() : wanted == true;
    of.layers[i].keys.erase("trainable");
    if (!trained)
      of.layers[i].keys["trainable"] = false;
  }
}

} // namespace

nn::architecture architecture_of(const job& which) {
  nn::architecture made{which.name, which.model.input, which.model.layers, which.model.inputs, which.model.outputs};
  if (!which.model.trainable.is_null() && !made.layers.empty())
    set_trainable(which.model.trainable, made);
  return made;
}

nn::model make_model(const job& which, std::size_t label_width) {
  return {architecture_of(which), which.trainer.loss, label_width};
}

} // namespace dk
