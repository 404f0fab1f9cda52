#include "nn/model/wiring.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"

#include <algorithm>
#include <map>

namespace dk::nn {

namespace {

/// Makes the wiring of one architecture, layer by layer.
class wirer {
public:
  explicit wirer(const architecture& from) : from_(from) {}

  wiring wire() {
    add_inputs();
    for (std::size_t i = 0; i < from_.layers.size(); ++i) {
      try {
        add_layer(from_.layers[i]);
      } catch (const failure& why) {
        throw failure{why.code(), who(from_, i) + why.what()};
      }
    }
    add_outputs();
    check_readers();
    return std::move(made_);
  }

private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw failure{errc::shape, "model \"" + from_.name + "\"" + why};
  }

  void add_inputs() {
    if (from_.input.empty() || checked_size(from_.input) == 0)
      refuse(": the input has no numbers; set input = [...]");
    if (from_.layers.empty())
      refuse(" has no layers");
    made_.inputs = from_.inputs;
    if (made_.inputs.empty())
      made_.inputs.push_back({"", from_.input}); // nobody can name it
    std::size_t sum = 0;
    for (const auto& input : made_.inputs) {
      const auto size = checked_size(input.extents);
      if (size == 0)
        refuse(": the input " + input.name + " has no numbers");
      sum += size;
      if (!from_.inputs.empty())
        add_name(input.name);
    }
    if (sum != size_of(from_.input))
      refuse(": its inputs have " + std::to_string(sum) + " numbers, a row has " +
             std::to_string(size_of(from_.input)));
    readers_.resize(made_.inputs.size());
  }

  void add_name(const std::string& name) {
    if (name.empty())
      throw failure{errc::config, "the name is empty"};
    if (!values_.emplace(name, values_.size() + (from_.inputs.empty() ? 1 : 0)).second)
      throw failure{errc::config, "another layer has the name \"" + name + "\""};
  }

  void add_layer(const spec& layer) {
    check_layer(layer);
    const auto sources = sources_of(layer);
    auto name = next_name(layer);
    add_name(name);
    made_.layers.push_back(std::move(name));
    for (const auto source : sources)
      ++readers_[source];
    readers_.push_back(0);
    made_.sources.push_back(sources);
  }

  std::string next_name(const spec& layer) {
    if (layer.keys.contains("name"))
      return layer.keys["name"].get<std::string>();
    const auto number = seen_[layer.name]++;
    return number == 0 ? layer.name : layer.name + "_" + std::to_string(number);
  }

  std::vector<std::size_t> sources_of(const spec& layer) const {
    const auto names = names_read(layer);
    std::vector<std::size_t> sources;
    if (names.empty() && made_.layers.empty() && made_.inputs.size() > 1)
      throw failure{errc::config, "the model has several inputs; say with from = ... which one this layer reads"};
    if (names.empty())
      sources.push_back(made_.layers.empty() ? 0 : made_.value_of(made_.layers.size() - 1));
    for (const auto& name : names)
      sources.push_back(find(name));
    const bool merges = find_layer(layer.name).merge != nullptr;
    if (merges && sources.size() < 2)
      throw failure{errc::config,
                    "it joins several layers; name them, as in { " + layer.name + " = [\"dense\", \"dense_1\"] }"};
    if (!merges && sources.size() > 1)
      throw failure{errc::config, "it reads one layer, but from names " + std::to_string(sources.size())};
    return sources;
  }

  std::size_t find(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end())
      return found->second;
    std::vector<std::string> names;
    for (const auto& [known, unused] : values_)
      names.push_back(known);
    throw failure{errc::config, "it reads \"" + name + "\", but no input and no layer above it has this name" +
                                    did_you_mean(name, names)};
  }

  void add_outputs() {
    if (from_.outputs.empty())
      made_.outputs.push_back(made_.value_of(made_.layers.size() - 1));
    for (const auto& name : from_.outputs) {
      const auto found = std::find(made_.layers.begin(), made_.layers.end(), name);
      if (found == made_.layers.end())
        throw failure{errc::config, "model \"" + from_.name + "\": the output \"" + name + "\" is no layer of it" +
                                        did_you_mean(name, made_.layers)};
      const auto value = made_.value_of(static_cast<std::size_t>(found - made_.layers.begin()));
      if (std::count(made_.outputs.begin(), made_.outputs.end(), value) > 0)
        throw failure{errc::config, "model \"" + from_.name + "\": the output \"" + name + "\" is named twice"};
      made_.outputs.push_back(value);
    }
    for (const auto value : made_.outputs)
      ++readers_[value];
  }

  void check_readers() const {
    for (std::size_t value = 0; value < readers_.size(); ++value)
      if (readers_[value] == 0)
        throw failure{errc::config, "model \"" + from_.name + "\": nothing reads \"" + made_.name_of(value) +
                                        "\"; name it among the outputs, or leave it out"};
  }

  static std::vector<std::string> names_read(const spec& layer) {
    const auto from = layer.keys.find("from");
    if (from == layer.keys.end())
      return {};
    if (from->is_string())
      return {from->get<std::string>()};
    return from->get<std::vector<std::string>>();
  }

  const architecture& from_;
  wiring made_;
  std::map<std::string, std::size_t> values_; // by their names
  std::map<std::string, int> seen_;           // layers of a kind that got their name here
  std::vector<std::size_t> readers_;          // of each value
};

} // namespace

bool wiring::is_chain() const {
  if (inputs.size() != 1 || outputs.size() != 1 || outputs[0] != value_of(layers.size() - 1))
    return false;
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (sources[i] != std::vector<std::size_t>{i})
      return false;
  return true;
}

wiring wire(const architecture& from) {
  return wirer{from}.wire();
}

std::string who(const architecture& of, std::size_t layer) {
  return "layer " + std::to_string(layer) + " (" + of.layers[layer].name + "): ";
}

} // namespace dk::nn
