#include "nn/layer.hpp"

#include "nn/parts/initializer.hpp"

namespace dk::nn {

void layer::initialize(float* weights, random_stream& random) const {
  for (const auto& array : arrays()) {
    nn::initialize(array.initializer, array.extents, random, weights);
    weights += size_of(array.extents);
  }
}

} // namespace dk::nn
