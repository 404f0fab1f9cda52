#pragma once

#include "common/spec.hpp"

#include <cstddef>
#include <vector>

namespace dk::nn {

/// How a gradient is kept from being too large, with Keras's keys: every number within +-clipvalue; the numbers of one
/// array of weights scaled so that their norm is at most clipnorm; all of them so that theirs is at most
/// global_clipnorm.
enum class clipping { none, value, norm, global_norm };

struct clip_rule {
  clipping kind = clipping::none;
  float limit = 0;

  /// Whether the rule looks at more than one number at a time.
  bool needs_norm() const { return kind == clipping::norm || kind == clipping::global_norm; }
};

constexpr const char* clip_keys[] = {"clipvalue", "clipnorm", "global_clipnorm"};

/// Of an optimizer whose keys were checked; a limit of 0 stands for none, as in Keras.
clip_rule clip_rule_of(const spec& optimizer);

/// @throws failure (config) when there is more than one limit
void check_clipping(const spec& optimizer);

/// to <- from, every number kept within +-limit.
void clip_values(const float* from, std::size_t count, float limit, float* to);

/// limit / max(norm, limit): what the numbers have to be multiplied with.
float clip_factor(const float* gradient, std::size_t count, float limit);

} // namespace dk::nn
