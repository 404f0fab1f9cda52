#pragma once

#include "common/spec.hpp"

#include <string>
#include <vector>

namespace dk {

// What a config must know of the models: the names it may use and the keys that go with them.

/// The names of all layers.
std::vector<std::string> layer_names();

/// The key that a layer's own value goes to, as 1000 in { dense = 1000 } goes to `units`; "" when it takes none.
std::string primary_key(const std::string& layer);

/// Each throws failure (config) that names what is wrong in backquotes and what is accepted.
void check_layer(const spec& layer);
void check_optimizer(const spec& optimizer);
void check_loss(const std::string& name);

/// The names of all metrics.
std::vector<std::string> metric_names();

} // namespace dk
