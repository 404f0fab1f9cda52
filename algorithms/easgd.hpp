#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// EASGD: elastic averaging in rounds. As AEASGD, but the center moves only when every worker has committed, by all of
/// their differences to the center of the round's beginning.
///
///     worker:  E = alpha (replica - center), alpha = rho * learning_rate;  replica <- replica - E
///     server:  center <- center + sum of the round's E
///
/// Keys: rho (default 1), learning_rate (default 0.1). With n workers it is stable for alpha below 1 / n, or so.
/// Source: Zhang, Choromanska, LeCun 2015, Deep learning with Elastic Averaging SGD (arXiv 1412.6651), section 3,
/// equations 2 and 3. dist-keras has no synchronous form.
algorithm easgd();

} // namespace dk
