// Whatever the text: a model's layers, whose description reads back as the same ones, or failure (model, config,
// shape).
#include "nn/catalog.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/training_config.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

namespace dk::fuzz {

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
void check_training(const objective& loss, const spec& optimizer) {
  answer_or_fail({errc::config}, [&] {
    check_objective(loss);
    make_optimizer(optimizer, 1);
  });
}

} // namespace

std::size_t most_memory(std::string_view bytes) {
  return 256 * bytes.size() + (std::size_t{4} << 20U); // JSON, layers, and the same again
}

void read(std::string_view bytes) {
  architecture found;
  layer_stack layers;
  try {
    answer_or_fail({errc::model, errc::config, errc::shape}, [&] {
      const auto text = keras::parse(std::string{bytes}, "fuzz");
      const auto& training = keras::at(text, "compile_config");
      keras::read_metrics(training);
      found = keras::read_model_config(text, keras::generation_of(text, ""));
      check_training(keras::read_loss(training, found.outputs), keras::read_optimizer(training));
      layers = make_layers(found);
    });
  } catch (const nlohmann::json::exception&) { // load_model makes a failure of it
  }
  if (!layers.empty())
    check_written(found, layers); // a failure here ends the program too
}

} // namespace dk::fuzz
