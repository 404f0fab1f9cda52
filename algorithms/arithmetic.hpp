#pragma once

#include <cstddef>

// The algorithms' passes over flat vectors, each over `size` values. No two pointers may overlap.

namespace dk {

/// delta = alpha * (replica - center); replica -= delta.
void elastic_step(float* replica, const float* center, float alpha, float* delta, std::size_t size);

/// The same for a replica that stands ahead of itself: it holds x + momentum * velocity, and x is what the spring
/// pulls.
void elastic_step_ahead(float* replica, const float* velocity, float momentum, const float* center, float alpha,
                        float* delta, std::size_t size);

/// next = now + total. @return whether all of it is finite
bool add_numbers(const float* now, const float* total, float* next, std::size_t size);

struct adaptive_result {
  double mean_factor; ///< that the deltas were multiplied with
  bool finite;
};

/// next = now + scale * delta / (1 + (now - base)^2 / rate), value by value.
adaptive_result adaptive_step(const float* now, const float* base, const float* delta, float scale, float rate,
                              float* next, std::size_t size);

/// sum += weight * x.
void add_weighted(float* sum, const float* x, float weight, std::size_t size);

/// y = x * factor.
void multiply(const float* x, float factor, float* y, std::size_t size);

/// Whether no value is a NaN or an infinity.
bool all_finite(const float* x, std::size_t size);

} // namespace dk
