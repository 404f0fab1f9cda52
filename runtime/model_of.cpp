#include "runtime/model_of.hpp"

namespace dk {

nn::architecture architecture_of(const job& which) {
  return {which.name, which.model.input, which.model.layers, which.model.inputs, which.model.outputs};
}

nn::model make_model(const job& which, std::size_t label_width) {
  return {architecture_of(which), which.trainer.loss, label_width};
}

} // namespace dk
