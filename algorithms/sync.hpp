#pragma once

#include "algorithms/catalog.hpp"

namespace dk {

/// Synchronous SGD: every worker takes the gradient of its chunk at the same center; the server steps with their mean.
///
///     worker:  commits g, the mean gradient over its chunk's rows; it takes no step of its own
///     server:  center <- a step of `optimizer` with the mean of the round's gradients, weighted by rows
///
/// The baseline that asynchronous training is compared with: no staleness, and everybody waits for the slowest. With
/// communication_window = 1 a round is one large batch of workers x batch_size rows.
/// The optimizer's state lives in the server, and a resumed run starts with a fresh one.
/// Source: Chen, Pan, Monga, Bengio, Jozefowicz 2016, Revisiting Distributed Synchronous SGD (arXiv 1604.00981),
/// section 2, without backup workers. dist-keras has none.
algorithm sync();

} // namespace dk
