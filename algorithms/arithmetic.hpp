#pragma once

#include <cstddef>

// The passes over flat vectors that the optimizers' rules consist of: one read or write of each value per pass, in the
// widest instructions that this machine has. No two pointers may overlap.

namespace dk {

/// next = now + scale * delta. @return false when a value of `next` is not finite
bool add_scaled(const float* now, const float* delta, float scale, float* next, std::size_t size);

/// delta = scale * (replica - base)
void scaled_difference(const float* replica, const float* base, float scale, float* delta, std::size_t size);

/// delta = alpha * (replica - center); replica -= delta
void elastic_step(float* replica, const float* center, float alpha, float* delta, std::size_t size);

} // namespace dk
