#include "nn/catalog.hpp"
#include "nn/shape.hpp"
#include "runtime/config/config_parts.hpp"
#include "runtime/config/config_sections.hpp"

#include <algorithm>
#include <numeric>

namespace dk {

namespace {

using nlohmann::json;

key_rule extents_rule(const char* name) {
  return {name, key_kind::whole_list, false, from_to(1, many)};
}

// The pieces of a sample that a model of several inputs reads; the sample is all of them, end to end.
std::vector<nn::model_input> inputs_at(const key_reading& at) {
  std::vector<nn::model_input> inputs;
  for (const auto& path : at.list()) {
    const section one{at.in.tree(), path};
    one.check({text_rule("name"), extents_rule("shape")});
    const auto* const name = one.find("name");
    const auto* const shape = one.find("shape");
    if (name == nullptr || shape == nullptr || *name == "" || shape->empty())
      throw failure{errc::config, at.in.tree().where(path) + ": an input needs a name and a shape, as in " +
                                      R"({ name = "image", shape = [28, 28, 1] })"};
    inputs.push_back({name->get<std::string>(), shape->get<std::vector<std::size_t>>()});
    placed(at.in.tree(), one.path("shape"), [&] { nn::checked_size(inputs.back().extents); });
  }
  return inputs;
}

json inputs_value(const std::vector<nn::model_input>& inputs) {
  auto values = json::array();
  for (const auto& input : inputs)
    values.push_back({{"name", input.name}, {"shape", input.extents}});
  return values;
}

std::vector<spec> layers_at(const key_reading& at) {
  std::vector<spec> layers;
  for (const auto& path : at.list())
    layers.push_back(read_layer(at.in.tree(), path));
  return layers;
}

json layers_value(const std::vector<spec>& layers) {
  auto values = json::array();
  for (const auto& layer : layers) {
    auto value = layer.keys;
    json own = true;
    if (const auto primary = nn::primary_key(layer.name); !primary.empty()) {
      own = value.value(primary, json{});
      value.erase(primary);
    }
    value[layer.name] = own;
    values.push_back(value);
  }
  return values;
}

// Of all layers, or the names of those that are: which there are, nobody knows before a model file is read.
json trainable_at(const key_reading& at) {
  const auto& given = at.value();
  const auto is_text = [](const json& one) { return one.is_string(); };
  if (!given.is_boolean() && !(given.is_array() && std::all_of(given.begin(), given.end(), is_text)))
    at.refuse();
  return given;
}

void finish_model(const section& in, job& to) {
  auto& model = to.model;
  if (!model.inputs.empty()) {
    if (!model.input.empty())
      in.refuse_both("inputs", "`input` or `inputs`");
    model.input = {std::accumulate(model.inputs.begin(), model.inputs.end(), std::size_t{0},
                                   [](std::size_t sum, const auto& one) { return sum + nn::size_of(one.extents); })};
  }
  if (!model.keras.empty() && (!model.layers.empty() || !model.input.empty() || !model.outputs.empty()))
    in.refuse_both("keras", "`keras`, or `input` with `layers`");
  if (!model.weights.empty() && model.keras.empty())
    in.refuse_without("weights", "`keras`: the file with the layers of these weights");
}

} // namespace

config_section model_section() {
  const auto file = [](auto member, const char* name, std::string text) {
    const auto rule = text_rule(name, "the path of a file, in quotes");
    return shown_unless_empty(read_key(&job::model, member, rule, std::move(text), path_at));
  };
  const auto described = [](config_key of, bool is_with_inputs) { // by its layers, not by a file
    return shown_where(std::move(of), [=](const job& all) {
      return all.model.keras.empty() && all.model.inputs.empty() != is_with_inputs;
    });
  };
  auto layers =
      shown_by_line(made_key(&job::model, &model_config::layers, rule_of("layers", key_kind::list, "a list of layers"),
                             "from the input to the output", layers_at, layers_value));
  auto outputs =
      plain_key(&job::model, &model_config::outputs,
                rule_of("outputs", key_kind::word_list, R"(a list of names of layers, as in ["kind", "size"])"),
                "the outputs, if not only the last layer");
  return {
      "model",
      {file(&model_config::keras, "keras", "a Keras model: its layers, and its weights to start from"),
       file(&model_config::weights, "weights", "a file whose weights that model starts from"),
       shown_where(read_key(&job::model, &model_config::trainable,
                            rule_of("trainable", key_kind::part,
                                    R"(true, false or a list of names of layers, as in ["dense_2"])"),
                            "which layers are trained", trainable_at),
                   [](const job& all) { return !all.model.trainable.is_null(); }), // of none is one of the answers
       described(plain_key(&job::model, &model_config::input, extents_rule("input"), "the shape of one sample"), false),
       described(shown_by_line(made_key(&job::model, &model_config::inputs,
                                        rule_of("inputs", key_kind::list,
                                                R"(a list of tables, as { name = "image", shape = [28, 28, 1] })"),
                                        "in place of `input`, for several inputs", inputs_at, inputs_value)),
                 true),
       shown_where(layers, [](const job& all) { return all.model.keras.empty(); }),
       shown_where(outputs, [](const job& all) { return all.model.keras.empty() && !all.model.outputs.empty(); })},
      finish_model};
}

} // namespace dk
