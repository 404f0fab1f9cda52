#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn::keras {

/// What in a file has a config, or keys of its own.
enum class part {
  layer,
  input_layer,
  model,
  layer_entry,
  model_entry,
  object,
  call,
  loss,
  metric,
  optimizer,
  training
};

/// A key that nothing here reads, because with the values that it may have it changes nothing. A key without a value,
/// null, changes nothing anywhere.
struct idle_key {
  part of;
  std::string_view class_name; ///< of this class of Keras's only; "": of every one
  std::string_view key;
  bool (*is_idle)(const nlohmann::json& value);
  std::string_view expected; ///< the values, for errors; "": any
};

/// All there are.
const std::vector<idle_key>& idle_keys();

/// That no key of an object is left unread: each is among `read`, or idle with the value that it has, or null.
/// @param class_name what has these keys, for errors and to find the idle ones of its own
/// @throws failure (model) that names the key and its value
void check_all_known(part of, const std::string& class_name, const nlohmann::json& keys,
                     const std::vector<std::string>& read);

/// That something with a class_name is Keras's own and nobody else's of the same name, and that no key beside its
/// config is left unread.
/// @throws failure (model)
void check_object(part of, const nlohmann::json& object);

/// "float32", also where a policy stands for it.
bool is_float32(const nlohmann::json& dtype);

/// A value for an error: its JSON, cut where it is long.
std::string shown(const nlohmann::json& value);

} // namespace dk::nn::keras
