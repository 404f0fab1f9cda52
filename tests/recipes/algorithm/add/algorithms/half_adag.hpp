#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// Half of ADAG: a worker commits a part of its mean movement per batch.
///
///     worker:  D = part (replica - base) / k          server:  center <- center + D
///
/// No paper: it shows how an algorithm is added. dist-keras has none like it.
algorithm half_adag();

} // namespace dk
