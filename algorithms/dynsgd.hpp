#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// DynSGD: a commit counts the less, the staler it is.
///
///     worker:  D = replica - base         server:  center <- center + D / (staleness + 1)
///
/// Source: Jiang et al. 2017, Heterogeneity-aware Distributed Parameter Servers (SIGMOD), section 4.
/// Unlike dist-keras the staleness is read and the version raised in one turn of the server.
algorithm dynsgd();

} // namespace dk
