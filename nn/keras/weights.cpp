#include "nn/keras/weights.hpp"

#include "common/error.hpp"
#include "nn/keras/json.hpp"

#include <algorithm>
#include <map>

namespace dk::nn::keras {

namespace {

/// How the kernels of convolutions lie in a file.
struct kernel_layout {
  bool filters_first = false; ///< filters x channels x height x width, not height x width x channels x filters
  bool flipped = false;       ///< Theano turned the kernel by 180 degrees before it multiplied
};

/// Where a layer's arrays are: data sets of these names in this group.
struct stored_layer {
  std::string group;
  std::vector<std::string> names;
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool names_theano(hid_t of) {
  return has_attribute(of, "backend") && read_text(of, "backend") == "theano";
}

// In Keras 1 only TensorFlow's names end in ":0"; Keras 2 says its backend.
bool is_theano(hid_t file, hid_t group, generation by, const std::vector<stored_layer>& stored) {
  if (by != generation::keras_1)
    return names_theano(file) || names_theano(group);
  return std::any_of(stored.begin(), stored.end(),
                     [](const stored_layer& s) { return !s.names.empty() && !ends_with(s.names.front(), ":0"); });
}

std::vector<stored_layer> listed_layers(hid_t group) {
  std::vector<stored_layer> all;
  for (const auto& name : read_texts(group, "layer_names"))
    if (auto names = read_texts(open_group(group, name), "weight_names"); !names.empty())
      all.push_back({name, std::move(names)});
  return all;
}

// to[y][x][c][f] <- from[f][c][y][x], or only turned by 180 degrees.
void turn_kernel(const kernel_layout& layout, const shape& extents, const std::vector<float>& from, float* to) {
  const auto height = extents[0];
  const auto width = extents[1];
  const auto channels = extents[2];
  const auto filters = extents[3];
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const auto line = layout.flipped ? height - 1 - y : y;
      const auto column = layout.flipped ? width - 1 - x : x;
      for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t f = 0; f < filters; ++f)
          *to++ = layout.filters_first ? from[((f * channels + c) * height + line) * width + column]
                                       : from[((line * width + column) * channels + c) * filters + f];
    }
}

/// Appends the arrays of one layer to the weights.
class reader {
public:
  reader(std::size_t file_bytes, std::vector<float>& weights) : file_bytes_(file_bytes), weights_(weights) {}

  void read(hid_t group, const std::vector<std::string>& names, const std::vector<weight_array>& arrays,
            const kernel_layout& layout) {
    if (names.size() != arrays.size())
      refuse("needs " + std::to_string(arrays.size()) + " arrays, found " + std::to_string(names.size()));
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      check_name(names[i], arrays, i);
      read_array(group, names[i], arrays[i].extents, layout);
    }
  }

private:
  // "dense/bias:0" is no kernel, whatever its shape.
  static void check_name(const std::string& name, const std::vector<weight_array>& arrays, std::size_t at) {
    auto own = name.substr(name.rfind('/') + 1);
    own = own.substr(0, own.find(':'));
    for (std::size_t i = 0; i < arrays.size(); ++i)
      if (i != at && arrays[i].name == own)
        refuse("its array " + std::to_string(at) + " is \"" + name + "\", but " + arrays[at].name +
               " is expected there");
  }

  void read_array(hid_t group, const std::string& name, const shape& extents, const kernel_layout& layout) {
    const bool turned = extents.size() == 4 && (layout.filters_first || layout.flipped);
    auto stored = extents;
    if (turned && layout.filters_first)
      stored = {extents[3], extents[2], extents[0], extents[1]};
    check_extents(group, name, stored);
    const auto count = size_of(extents);
    if (count / 256 > file_bytes_) // even packed numbers take some room
      refuse("\"" + name + "\" is larger than the file");
    const auto first = weights_.size();
    weights_.resize(first + count);
    read_numbers(group, name, weights_.data() + first);
    if (!turned)
      return;
    const std::vector<float> as_stored(weights_.begin() + static_cast<std::ptrdiff_t>(first), weights_.end());
    turn_kernel(layout, extents, as_stored, weights_.data() + first);
  }

  std::size_t file_bytes_;
  std::vector<float>& weights_;
};

std::string who(std::size_t index, const layer& of) {
  return "layer " + std::to_string(index) + " (" + of.name() + "): ";
}

// Groups of the same names as the layers are taken by them; others, as of a model that was renamed, by their order.
std::vector<stored_layer> in_layer_order(std::vector<stored_layer> stored, const layer_stack& layers) {
  std::vector<stored_layer> sorted;
  for (const auto& layer : layers) {
    const auto found =
        std::find_if(stored.begin(), stored.end(), [&](const stored_layer& s) { return s.group == layer->name(); });
    if (found != stored.end())
      sorted.push_back(*found);
  }
  return sorted.size() == stored.size() ? sorted : stored;
}

std::vector<float> read_listed(hid_t file, hid_t group, const architecture& of, const layer_stack& layers,
                               generation by, std::size_t file_bytes) {
  const auto stored = in_layer_order(listed_layers(group), layers);
  const bool theano = is_theano(file, group, by, stored);
  std::vector<float> weights;
  reader to{file_bytes, weights};
  auto next = stored.begin();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto arrays = layers[i]->arrays();
    if (arrays.empty())
      continue;
    if (next == stored.end())
      refuse(who(i, *layers[i]) + "the file has no weights for it");
    const bool channels_first = value_or<std::string>(of.layers[i], "data_format", "") == "channels_first";
    try {
      to.read(open_group(group, next->group), next->names, arrays,
              {by == generation::keras_1 && channels_first, theano});
    } catch (const failure& why) {
      refuse(who(i, *layers[i]) + "group \"" + next->group + "\": " + why.what());
    }
    ++next;
  }
  if (next != stored.end())
    refuse("the group \"" + next->group + "\" has weights, but no layer is left to take them");
  return weights;
}

// "dense_12" is the 12th group of the class dense, "dense" the 0th; names that do not fit are no layers.
using groups_of_class = std::map<std::string, std::map<std::size_t, std::string>>;

void add_group(const std::string& name, const std::string& path, groups_of_class& to) {
  auto digits = name.size();
  while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
    --digits;
  if (digits == name.size() || digits < 2 || name[digits - 1] != '_' || name.size() - digits > 9)
    to[name][0] = path;
  else
    to[name.substr(0, digits - 1)][std::stoul(name.substr(digits))] = path;
}

// Groups are named by class and number. Some writers on Windows made one name of both levels; 2.13 had another word.
groups_of_class numbered_layers(hid_t file) {
  groups_of_class all;
  const std::vector<std::string> folders{"layers", "_layer_checkpoint_dependencies"};
  for (const auto& member : members_of(file))
    for (const auto& folder : folders) {
      if (member == folder)
        for (const auto& inner : members_of(open_group(file, folder)))
          add_group(inner, folder + "/" + inner, all);
      else if (member.rfind(folder + "\\", 0) == 0)
        add_group(member.substr(folder.size() + 1), member, all);
    }
  return all;
}

// A layer without weights has an empty group; the random state of one is no weight.
bool has_weights(hid_t group) {
  return has_member(group, "vars") && !members_of(open_group(group, "vars")).empty();
}

std::vector<float> read_numbered(hid_t file, const architecture& of, const layer_stack& layers,
                                 std::size_t file_bytes) {
  auto groups = numbered_layers(file);
  std::vector<float> weights;
  reader to{file_bytes, weights};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto arrays = layers[i]->arrays();
    if (arrays.empty())
      continue;
    auto& left = groups[of.layers[i].name]; // our names of layers are Keras's of their classes
    if (left.empty())
      refuse(who(i, *layers[i]) + "the file has no weights for it");
    const auto path = left.begin()->second;
    left.erase(left.begin());
    try {
      const auto group = open_group(open_group(file, path), "vars");
      std::vector<std::string> names(members_of(group).size());
      for (std::size_t k = 0; k < names.size(); ++k)
        names[k] = std::to_string(k);
      to.read(group, names, arrays, {});
    } catch (const failure& why) {
      refuse(who(i, *layers[i]) + "group \"" + path + "\": " + why.what());
    }
  }
  for (const auto& [name, left] : groups)
    for (const auto& [number, path] : left)
      if (has_weights(open_group(file, path)))
        refuse("the group \"" + path + "\" has weights, but no layer is left to take them");
  return weights;
}

} // namespace

std::vector<float> read_weights(hid_t file, const architecture& of, const layer_stack& layers, generation by,
                                std::size_t file_bytes) {
  if (has_attribute(file, "layer_names") || has_attribute(file, "layer_names0"))
    return read_listed(file, file, of, layers, by, file_bytes);
  if (has_member(file, "model_weights"))
    return read_listed(file, open_group(file, "model_weights"), of, layers, by, file_bytes);
  if (has_member(file, "layers") || !numbered_layers(file).empty())
    return read_numbered(file, of, layers, file_bytes);
  if (std::all_of(layers.begin(), layers.end(), [](const auto& one) { return one->arrays().empty(); }))
    return {}; // a model that has none
  refuse("there are no weights of a Keras model in it");
}

} // namespace dk::nn::keras
