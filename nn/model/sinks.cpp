#include "nn/model/sinks.hpp"

#include <algorithm>

namespace dk::nn {

float* keep_gradient::room(std::size_t first, std::size_t) {
  return gradient_ + first;
}

void keep_gradient::done(std::size_t, std::size_t) {}

void keep_gradient::done(std::size_t first, const small_batch_gradient& gradient) {
  store(gradient, gradient_ + first);
}

void keep_gradient::moved(std::size_t first, std::size_t count, const float* to) {
  std::fill_n(gradient_ + first, count, 0.0F);
  moves_.push_back({first, count, to});
}

float* update_weights::room(std::size_t, std::size_t count) {
  piece_.reserve(count);
  return piece_.data();
}

void update_weights::done(std::size_t first, std::size_t count) {
  with_.apply_slice(first, count, weights_ + first, piece_.data());
}

void update_weights::done(std::size_t first, const small_batch_gradient& gradient) {
  with_.apply_small_batch(first, weights_ + first, gradient);
}

void update_weights::moved(std::size_t first, std::size_t count, const float* to) {
  std::copy_n(to, count, weights_ + first);
}

float* add_penalties::room(std::size_t first, std::size_t count) {
  return gradient_ = next_.room(first, count);
}

void add_penalties::done(std::size_t first, std::size_t count) {
  for (const auto& [from, size, factors] : penalties_) {
    const auto begin = std::max(first, from);
    const auto end = std::min(first + count, from + size);
    if (begin < end)
      add_gradient(factors, weights_ + begin, end - begin, gradient_ + (begin - first));
  }
  next_.done(first, count);
}

void add_penalties::done(std::size_t first, const small_batch_gradient& gradient) {
  const auto count = gradient.in * gradient.out;
  store(gradient, room(first, count));
  done(first, count);
}

void add_penalties::moved(std::size_t first, std::size_t count, const float* to) {
  next_.moved(first, count, to);
}

} // namespace dk::nn
