#pragma once

#include "nn/kernels/small_batch.hpp"

#include <cstddef>

namespace dk::nn {

/// Where a layer leaves the gradient of its weights, piece by piece, in any order, every weight exactly once. Positions
/// count from the start of the model's weight vector. Whoever stands behind it may update the weights of a piece as
/// soon as the piece is done, while they and their gradient are still in the cache; that is half of a small batch's
/// speed.
class gradient_sink {
public:
  /// Uninitialised room for the gradient of weights [first, first + count).
  virtual float* room(std::size_t first, std::size_t count) = 0;

  /// The numbers are there. The layer must not read these weights any more in this pass.
  virtual void done(std::size_t first, std::size_t count) = 0;

  /// The same without room: the gradient of weights [first, first + in x out), in factors.
  virtual void done(std::size_t first, const small_batch_gradient& gradient) = 0;

  /// Weights [first, first + count) are not trained, but become `to` in this step. They lie there until the next
  /// forward.
  virtual void moved(std::size_t first, std::size_t count, const float* to) = 0;

protected:
  ~gradient_sink() = default;
};

} // namespace dk::nn
