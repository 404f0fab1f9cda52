#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// EAMSGD: AEASGD whose workers step with Nesterov's momentum.
///
///     worker:  v <- mu v - eta g(x + mu v);  x <- x + v;  exchange as AEASGD, of x
///     server:  center <- center + E
///
/// Keys: rho (default 5), learning_rate eta (default 0.01), momentum mu (default 0.9). alpha = rho * eta. The worker's
/// step is this one, not that of `optimizer`. The replica holds the point x + mu v that gradients are taken at: there
/// the step reads x' <- x' - eta g + mu v, which is Keras's sgd with nesterov. The exchange takes mu v off. Source:
/// Zhang, Choromanska, LeCun 2015 (arXiv 1412.6651), algorithm 2. Unlike dist-keras it looks ahead in the direction of
/// the step (there the sign is wrong), and its updates are scaled by one learning rate, not by two.
algorithm eamsgd();

} // namespace dk
