#pragma once

#include "common/spec.hpp"
#include "nn/shape.hpp"

#include <string>
#include <vector>

namespace dk::nn {

/// A stack of layers, as the config and Keras's Sequential describe it: what nn/catalog.hpp knows, each by its name and
/// keys; each may have a "name".
struct architecture {
  std::string name = "sequential";
  shape input;
  std::vector<spec> layers;
};

} // namespace dk::nn
