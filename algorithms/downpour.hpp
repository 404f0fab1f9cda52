#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// DOWNPOUR: the worker commits how far it moved; the server adds it.
///
///     worker:  D = replica - base         server:  center <- center + D
///
/// Source: Dean et al. 2012, Large Scale Distributed Deep Networks, section 4.1.
/// Unlike dist-keras it exchanges after the batch, not before it, so the first window is not one short, and it commits
/// the short last chunk too.
algorithm downpour();

} // namespace dk
