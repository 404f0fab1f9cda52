#pragma once

#include "nn/buffer.hpp"
#include "nn/model/gradient_sink.hpp"
#include "nn/optimizer.hpp"
#include "nn/parts/regularizer.hpp"

#include <vector>

namespace dk::nn {

/// Weights [first, first + size) that add to the loss.
struct penalised {
  std::size_t first;
  std::size_t size;
  penalty factors;
};

/// Weights [first, first + size) become `to` in a step.
struct movement {
  std::size_t first;
  std::size_t size;
  const float* to;
};

/// Keeps the whole gradient, and where weights that are not trained go.
class keep_gradient final : public gradient_sink {
public:
  keep_gradient(float* gradient, std::vector<movement>& moves) : gradient_(gradient), moves_(moves) { moves_.clear(); }
  float* room(std::size_t first, std::size_t count) override;
  void done(std::size_t first, std::size_t count) override;
  void done(std::size_t first, const small_batch_gradient& gradient) override;
  void moved(std::size_t first, std::size_t count, const float* to) override;

private:
  float* gradient_;
  std::vector<movement>& moves_;
};

/// Updates the weights of each piece at once and forgets its gradient.
class update_weights final : public gradient_sink {
public:
  update_weights(optimizer& with, float* weights, buffer& piece) : with_(with), weights_(weights), piece_(piece) {}
  float* room(std::size_t first, std::size_t count) override;
  void done(std::size_t first, std::size_t count) override;
  void done(std::size_t first, const small_batch_gradient& gradient) override;
  void moved(std::size_t first, std::size_t count, const float* to) override;

private:
  optimizer& with_;
  float* weights_;
  buffer& piece_;
};

/// Adds what the penalties of a piece's weights contribute, before the piece goes on.
class add_penalties final : public gradient_sink {
public:
  add_penalties(const std::vector<penalised>& penalties, const float* weights, gradient_sink& next)
      : penalties_(penalties), weights_(weights), next_(next) {}
  float* room(std::size_t first, std::size_t count) override;
  void done(std::size_t first, std::size_t count) override;
  void done(std::size_t first, const small_batch_gradient& gradient) override;
  void moved(std::size_t first, std::size_t count, const float* to) override;

private:
  const std::vector<penalised>& penalties_;
  const float* weights_;
  gradient_sink& next_;
  float* gradient_ = nullptr; // the room that was given last
};

} // namespace dk::nn
