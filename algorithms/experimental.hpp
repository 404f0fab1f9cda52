#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// ADAG of Hermans's thesis (not what dist-keras calls so): as AGN, but each parameter's part of a commit counts the
/// less, the farther the center has moved there since the commit's base. Alias: adaptive.
///
///     worker:  D = (replica - base) / k
///     server:  center <- center + D / (1 + (center - center_base)^2 / eta), parameter by parameter
///
/// Key: learning_rate eta (default 1). The server keeps the centers that workers may still name, so a commit names its
/// base by its version.
/// Source: Hermans 2017, On Scalable Deep Learning and Parallelizing Gradient Descent (thesis), algorithm 2.
/// Unlike dist-keras's Experimental, a commit does not carry the stale center along, and the short last chunk is
/// committed.
algorithm experimental();

} // namespace dk
