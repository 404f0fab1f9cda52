#include "nn/optimizer.hpp"

#include "common/error.hpp"
#include "common/simd.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// Numbers of a gradient that are clipped at a time: they stay in the L1 cache.
constexpr std::size_t piece_size = 4096;

DK_CLONES void scale(const float* __restrict from, std::size_t count, float factor, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = from[i] * factor;
}

schedule schedule_of(const spec& from, double otherwise) {
  return from.keys.contains("learning_rate") ? make_schedule(from.keys["learning_rate"]) : schedule{otherwise, {}};
}

} // namespace

optimizer::optimizer(std::size_t num_weights, std::size_t arrays, float initial, const spec& from, double learning_rate)
    : num_weights_(num_weights), arrays_(arrays), schedule_(schedule_of(from, learning_rate)),
      clip_(clip_rule_of(from)), learning_rate_(schedule_.nominal), decay_(value_or(from, "decay", 0.0)),
      steps_(value_or<std::uint64_t>(from, "iterations", 0)) {
  state_.reserve(state_size());
  std::fill_n(state_.data(), state_size(), initial);
  if (clip_.kind != clipping::none)
    piece_.reserve(piece_size);
}

void optimizer::apply(float* weights, const float* gradient) {
  if (needs_norm())
    throw failure{errc::internal, "the norm of a gradient is to be clipped, but its arrays are not known"};
  begin_step();
  apply_slice(0, num_weights_, weights, gradient);
}

void optimizer::apply(float* weights, const float* gradient, const std::vector<std::size_t>& arrays) {
  if (!needs_norm())
    return apply(weights, gradient);
  begin_step();
  auto factor = clip_factor(gradient, num_weights_, clip_.limit); // of the global norm
  std::size_t first = 0;
  for (const auto count : arrays) {
    if (clip_.kind == clipping::norm)
      factor = clip_factor(gradient + first, count, clip_.limit);
    update_scaled(first, count, weights + first, gradient + first, factor);
    first += count;
  }
}

void optimizer::update_scaled(std::size_t first, std::size_t count, float* weights, const float* gradient,
                              float factor) {
  for (std::size_t at = 0; at < count; at += piece_size) {
    const auto size = std::min(piece_size, count - at);
    scale(gradient + at, size, factor, piece_.data());
    update(first + at, size, weights + at, piece_.data());
  }
}

void optimizer::begin_step() {
  auto rate = learning_rate_ / (1 + decay_ * static_cast<double>(steps_));
  if (schedule_.at)
    rate *= schedule_.at(steps_) / schedule_.nominal;
  ++steps_;
  plain_rate_now_ = static_cast<float>(rate);
  rate_now_ = static_cast<float>(rate_of_step(steps_, rate));
}

void optimizer::apply_slice(std::size_t first, std::size_t count, float* weights, const float* gradient) {
  if (clip_.kind != clipping::value)
    return update(first, count, weights, gradient);
  for (std::size_t at = 0; at < count; at += piece_size) {
    const auto size = std::min(piece_size, count - at);
    clip_values(gradient + at, size, clip_.limit, piece_.data());
    update(first + at, size, weights + at, piece_.data());
  }
}

void optimizer::apply_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) {
  if (clip_.kind != clipping::value)
    return update_small_batch(first, weights, gradient);
  const auto count = gradient.in * gradient.out;
  piece_.reserve(count);
  store(gradient, piece_.data());
  clip_values(piece_.data(), count, clip_.limit, piece_.data());
  update(first, count, weights, piece_.data());
}

void optimizer::update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) {
  const auto count = gradient.in * gradient.out;
  piece_.reserve(count);
  store(gradient, piece_.data());
  update(first, count, weights, piece_.data());
}

} // namespace dk::nn
