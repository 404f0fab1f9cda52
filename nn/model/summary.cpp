#include "nn/model/summary.hpp"

#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"

#include <algorithm>
#include <cstdio>

namespace dk::nn {

namespace {

// Where Keras ends the columns of its tables: of a chain, and of a graph, whose last column says what a layer reads.
const std::vector<std::size_t> chain_columns{29, 55, 65};
const std::vector<std::size_t> graph_columns{32, 53, 65, 98};
constexpr std::size_t trainable_width = 11; // of the column that Keras adds with show_trainable

std::vector<std::size_t> columns_of(const wiring& wires, bool shows_trainable) {
  auto columns = wires.is_chain() ? chain_columns : graph_columns;
  if (shows_trainable)
    columns.push_back(columns.back() + trainable_width);
  return columns;
}

// A line whose columns start where Keras starts them; what is too long loses its end.
std::string line(const std::vector<std::string>& texts, const std::vector<std::size_t>& columns) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_last = i + 1 == columns.size();
    text += texts[i].substr(0, columns[i] - text.size() - (is_last ? 0 : 1));
    text.resize(columns[i], ' ');
  }
  return text + "\n";
}

// The cells of a line: what a layer reads is shown of a graph only, and Y or N where a layer is frozen.
std::vector<std::string> cells(std::vector<std::string> texts, const std::string& sources, const std::string& trainable,
                               const std::vector<std::size_t>& columns) {
  if (columns[0] == graph_columns[0])
    texts.push_back(sources);
  texts.push_back(trainable);
  return texts;
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

namespace {

std::string layers_before(const wiring& wires, std::size_t layer) {
  std::vector<std::string> names;
  for (const auto source : wires.sources[layer])
    names.push_back(wires.name_of(source));
  return join(names);
}

} // namespace

std::string summary(const architecture& of) {
  const auto wires = wire(of);
  const auto layers = make_layers(of);
  const bool shows_trainable =
      std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer->is_frozen(); });
  const auto columns = columns_of(wires, shows_trainable);
  const auto width = columns.back();
  const auto row = [&](const std::string& name, const shape& output, std::size_t weights, const std::string& sources,
                       bool is_frozen) {
    return line(cells({" " + name, batch_text(output), std::to_string(weights)}, sources, is_frozen ? "N" : "Y",
                      columns),
                columns) +
           std::string(width, ' ') + "\n";
  };
  auto text = "Model: \"" + of.name + "\"\n" + std::string(width, '_') + "\n";
  text += line(cells({" Layer (type)", "Output Shape", "Param #"}, "Connected to", "Trainable", columns), columns) +
          std::string(width, '=') + "\n";
  for (const auto& input : of.inputs)
    text += row(input.name + " (InputLayer)", input.extents, 0, "", false);
  std::size_t weights = 0;
  std::size_t untrained = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = *layers[i];
    weights += weights_of(layer);
    for (const auto& array : layer.arrays())
      untrained += array.trained && !layer.is_frozen() ? 0 : size_of(array.extents);
    const auto type = std::string{find_layer(of.layers[i].name).keras_class};
    text += row(layer.name() + " (" + type + ")", layer.output(), weights_of(layer), layers_before(wires, i),
                layer.is_frozen());
  }
  text += std::string(width, '=') + "\n" + total("Total params", weights);
  text += total("Trainable params", weights - untrained) + total("Non-trainable params", untrained);
  return text + std::string(width, '_') + "\n";
}

} // namespace dk::nn
