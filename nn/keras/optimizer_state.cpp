#include "nn/keras/optimizer_state.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <algorithm>
#include <set>

namespace dk::nn::keras {

namespace {

/// A variable of an optimizer in its file.
struct variable {
  std::string name;
  shape extents; ///< none: one number
};

/// An array of weights that is trained: where it is among those of layers that are not frozen.
struct trained_array {
  std::size_t first;
  shape extents;
};

std::vector<std::string> variable_names(hid_t file) {
  if (has_member(file, "optimizer_weights")) {
    const auto group = open_group(file, "optimizer_weights");
    return has_attribute(group, "weight_names") || has_attribute(group, "weight_names0")
               ? read_texts(group, "weight_names")
               : std::vector<std::string>{};
  }
  std::vector<std::string> names;
  if (has_member(file, "optimizer") && has_member(open_group(file, "optimizer"), "vars"))
    for (std::size_t i = 0; i < members_of(open_group(file, "optimizer/vars")).size(); ++i)
      names.push_back(std::to_string(i));
  return names;
}

h5_handle group_of(hid_t file) {
  return open_group(file, has_member(file, "optimizer_weights") ? "optimizer_weights" : "optimizer/vars");
}

std::vector<trained_array> trained_arrays(const layer_stack& layers, std::size_t& weights) {
  std::vector<trained_array> all;
  weights = 0;
  for (const auto& layer : layers)
    for (const auto& array : layer->is_frozen() ? std::vector<weight_array>{} : layer->arrays()) {
      if (array.trained)
        all.push_back({weights, array.extents});
      weights += size_of(array.extents);
    }
  return all;
}

/// Which variable holds moment `kind` of array `i`.
using order = std::vector<std::vector<std::size_t>>;

// Kind after kind; array after array; or the latter with the last kind behind all.
std::vector<order> orders(std::size_t kinds, std::size_t arrays) {
  const auto make = [&](auto place) {
    order made(kinds, std::vector<std::size_t>(arrays));
    for (std::size_t kind = 0; kind < kinds; ++kind)
      for (std::size_t i = 0; i < arrays; ++i)
        made[kind][i] = place(kind, i);
    return made;
  };
  return {make([&](std::size_t kind, std::size_t i) { return kind * arrays + i; }),
          make([&](std::size_t kind, std::size_t i) { return i * kinds + kind; }),
          make([&](std::size_t kind, std::size_t i) {
            const bool last = kind + 1 == kinds;
            return last ? kind * arrays + i : i * (kinds - 1) + kind;
          })};
}

bool fits(const order& which, const std::vector<trained_array>& arrays, const std::vector<variable>& found) {
  for (const auto& kind : which)
    for (std::size_t i = 0; i < arrays.size(); ++i)
      if (found[kind[i]].extents != arrays[i].extents)
        return false;
  return true;
}

// Keras 2 kept a number for each array where Adam is not amsgrad.
void drop_placeholders(std::vector<variable>& found, std::size_t wanted, std::size_t arrays) {
  if (found.size() == wanted + arrays && std::all_of(found.end() - static_cast<std::ptrdiff_t>(arrays), found.end(),
                                                     [](const variable& one) { return one.extents == shape{1}; }))
    found.resize(wanted);
}

void read_moments(hid_t group, std::vector<variable> found, const spec& wanted, const layer_stack& layers,
                  optimizer_state& to) {
  std::size_t weights = 0;
  const auto arrays = trained_arrays(layers, weights);
  const auto fresh = make_optimizer(wanted, weights);
  const auto kinds = weights == 0 ? 0 : fresh->state_size() / weights;
  drop_placeholders(found, kinds * arrays.size(), arrays.size());
  if (found.size() != kinds * arrays.size()) {
    to.left_out = "there are " + std::to_string(found.size()) + " arrays of " + wanted.name + ", not " +
                  std::to_string(kinds * arrays.size());
    return;
  }
  std::set<order> possible;
  for (auto& one : orders(kinds, arrays.size()))
    if (kinds > 0 && fits(one, arrays, found))
      possible.insert(std::move(one));
  if (possible.size() != 1) {
    if (!found.empty())
      to.left_out = possible.empty() ? "its arrays do not have the shapes of the weights"
                                     : "its arrays all have one shape, so their order is unknown";
    return;
  }
  to.moments.assign(fresh->state(), fresh->state() + fresh->state_size());
  for (std::size_t kind = 0; kind < kinds; ++kind)
    for (std::size_t i = 0; i < arrays.size(); ++i)
      read_numbers(group, found[(*possible.begin())[kind][i]].name,
                   to.moments.data() + kind * weights + arrays[i].first);
}

bool is_known(const spec& optimizer) {
  try {
    check_optimizer(optimizer);
    return true;
  } catch (const failure&) {
    return false;
  }
}

} // namespace

optimizer_state read_optimizer_state(hid_t file, const spec& optimizer, const layer_stack& layers) {
  optimizer_state state;
  const auto names = variable_names(file);
  if (names.empty() || !is_known(optimizer))
    return state;
  const auto group = group_of(file);
  std::vector<variable> arrays;
  bool counted = false;
  for (const auto& name : names) {
    auto extents = extents_of(group, name);
    if (!extents.empty()) {
      arrays.push_back({name, std::move(extents)});
    } else if (!counted) { // the first number of all; others are the rate and what follows from the steps
      state.steps = read_count(group, name);
      counted = true;
    }
  }
  read_moments(group, std::move(arrays), optimizer, layers, state);
  return state;
}

} // namespace dk::nn::keras
