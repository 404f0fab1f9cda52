#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// One worker trains alone, chunk after chunk: plain sequential training, the baseline of every comparison.
///
/// Unlike dist-keras, whose SequentialWorker trained on one batch and hung, it trains all of its data.
algorithm single();

} // namespace dk
