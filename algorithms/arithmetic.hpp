#pragma once

#include <cstddef>

namespace dk {

/// delta = alpha * (replica - center); replica -= delta, over `size` values. No two pointers may overlap.
void elastic_step(float* replica, const float* center, float alpha, float* delta, std::size_t size);

} // namespace dk
