#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// ADAG, in the thesis AGN: accumulated gradient normalization. The worker commits its mean movement per batch.
///
///     worker:  D = (replica - base) / k         server:  center <- center + D
///
/// k is the number of batches the chunk really had. Source: Hermans, Spanakis, Moeckel 2017, Accumulated Gradient
/// Normalization (arXiv 1710.02368), section 3. Unlike dist-keras it commits the short last chunk, divided by its own
/// k.
algorithm adag();

} // namespace dk
