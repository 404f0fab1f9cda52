#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// n models of one architecture, each trained by a worker of its own that exchanges nothing; the prediction is the mean
/// of theirs (L. Breiman, Bagging predictors, Machine Learning 24, 1996; with `data = "full"`: Lakshminarayanan et al.,
/// arXiv 1612.01474, deep ensembles). Model i has seed + i for its weights, its order of the rows and its dropout: it
/// is the model that `single` trains with that seed.
///
/// Key `data`: every model trains on all rows ("full"), on a part of its own ("partition"), or on as many rows, drawn
/// with replacement ("bootstrap").
///
/// dist-keras: EnsembleTrainer used attributes that it never set and could not run; it gave every model the same
/// weights to start from, and returned dicts of weights.
algorithm ensemble();

} // namespace dk
