#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// AEASGD: asynchronous elastic averaging. Replica and center pull each other by a spring.
///
///     worker:  E = alpha (replica - center), alpha = rho * learning_rate;  replica <- replica - E
///     server:  center <- center + E
///
/// Keys: rho (default 5), learning_rate (default 0.1); the step of the worker is that of its own `optimizer`.
/// Source: Zhang, Choromanska, LeCun 2015, Deep learning with Elastic Averaging SGD (arXiv 1412.6651), algorithm 1.
/// Unlike dist-keras a run with fewer batches than its window still exchanges: the short last chunk does.
algorithm aeasgd();

} // namespace dk
