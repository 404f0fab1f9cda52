#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dk {

/// Something asked for by name, with its own keys: a layer, a loss, an optimizer, a transform, a data source, an
/// algorithm. Catalogs build the thing from it; a config, a model file and a message carry it.
struct spec {
  std::string name;
  nlohmann::json keys = nlohmann::json::object();

  bool operator==(const spec& other) const { return name == other.name && keys == other.keys; }
};

} // namespace dk
