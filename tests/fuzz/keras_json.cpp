// Whatever the text: a model's layers, whose description reads back as the same ones, or failure (model, config,
// shape).
#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/training_config.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace dk::nn;

void check_written(const architecture& of, const layer_stack& layers) {
  const auto again = keras::read_model_config(keras::model_config(of, layers), keras::generation::keras_2);
  const auto other = make_layers(again);
  if (other.size() != layers.size())
    std::abort();
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (other[i]->output() != layers[i]->output() || weights_of(*other[i]) != weights_of(*layers[i]))
      std::abort();
}

// What was said about the training can be made, or is refused.
void check_training(const objective& loss, const dk::spec& optimizer) {
  try {
    check_objective(loss);
    make_optimizer(optimizer, 1);
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::config)
      std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  architecture read;
  layer_stack layers;
  try {
    const auto text = keras::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
    const auto& training = keras::at(text, "compile_config");
    keras::read_metrics(training);
    read = keras::read_model_config(text, keras::generation_of(text, ""));
    check_training(keras::read_loss(training, read.outputs), keras::read_optimizer(training));
    layers = make_layers(read);
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::model && why.code() != dk::errc::config && why.code() != dk::errc::shape)
      std::abort();
    return 0;
  } catch (const nlohmann::json::exception&) { // load_model makes a failure of it
    return 0;
  }
  check_written(read, layers); // a failure here ends the program too
  return 0;
}
