#include "nn/summary.hpp"

#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "nn/stack.hpp"

#include <cstdio>

namespace dk::nn {

namespace {

constexpr std::size_t width = 65; // Keras's line_length, columns ending at 0.45, 0.85 and 1.0 of it
constexpr std::size_t second_column = 29;
constexpr std::size_t third_column = 55;

// A line whose columns start where Keras starts them; what is too long loses its end.
std::string line(const std::string& first, const std::string& second, const std::string& third) {
  auto text = first.substr(0, second_column - 1);
  text.resize(second_column, ' ');
  text += second.substr(0, third_column - second_column - 1);
  text.resize(third_column, ' ');
  text += third;
  text.resize(width, ' ');
  return text + "\n";
}

// 3948840 bytes as "(15.06 MB)"
std::string size_text(std::size_t bytes) {
  auto value = static_cast<double>(bytes);
  const char* const units[] = {"Byte", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; value >= 1024 && unit < 4; ++unit)
    value /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "(%.2f %s)", value, units[unit]);
  return text;
}

std::string total(const std::string& what, std::size_t weights) {
  return what + ": " + std::to_string(weights) + " " + size_text(weights * sizeof(float)) + "\n";
}

} // namespace

std::string summary(const architecture& of) {
  const auto layers = make_layers(of);
  auto text = "Model: \"" + of.name + "\"\n" + std::string(width, '_') + "\n";
  text += line(" Layer (type)", "Output Shape", "Param #") + std::string(width, '=') + "\n";
  std::size_t weights = 0;
  std::size_t untrained = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = *layers[i];
    weights += weights_of(layer);
    for (const auto& array : layer.arrays())
      untrained += array.trained ? 0 : size_of(array.extents);
    const auto type = std::string{find_layer(of.layers[i].name).keras_class};
    text += line(" " + layer.name() + " (" + type + ")", batch_text(layer.output()), std::to_string(weights_of(layer)));
    text += std::string(width, ' ') + "\n";
  }
  text += std::string(width, '=') + "\n" + total("Total params", weights);
  text += total("Trainable params", weights - untrained) + total("Non-trainable params", untrained);
  return text + std::string(width, '_') + "\n";
}

} // namespace dk::nn
