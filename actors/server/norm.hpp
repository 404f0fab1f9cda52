#pragma once

#include "common/block.hpp"

namespace dk {

/// The Euclidean length of these numbers.
double length_of(const block& x);

/// The length of x - y. Requires blocks of the same size.
double distance_between(const block& x, const block& y);

} // namespace dk
