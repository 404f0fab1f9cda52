#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// Model averaging: each worker trains its part of an epoch by itself; then the center becomes the mean of the
/// replicas, weighted by the rows that each has trained, and the next epoch starts from there.
///
///     worker:  trains from the center of the epoch's beginning; commits each chunk's movement, for the accounting
///     server:  center <- sum of (rows_i / rows) replica_i, after the epoch
///
/// A worker that dies counts with the chunks that it had committed; others train the rest.
/// Source: Zinkevich, Weimer, Smola, Li 2010, Parallelized Stochastic Gradient Descent (NIPS), algorithm 3, with an
/// average after each epoch instead of one at the end.
/// Unlike dist-keras the mean is one (there a buffer is never set to zero), and rows count, not workers.
algorithm averaging();

} // namespace dk
