#pragma once

#include "common/spec.hpp"
#include "runtime/config/config_tree.hpp"

#include <string>

namespace dk {

// Each reads and checks the table at a path of the tree. All throw failure (config).

/// { format = "csv", path = "train.csv", ... }; relative paths become absolute against the folder.
spec read_source(const config_tree& tree, const std::string& path, const std::string& base_folder);

/// { one_hot = { column = "label", ... } }
spec read_transform(const config_tree& tree, const std::string& path, const std::string& base_folder);

/// { dense = 1000, activation = "relu" }
spec read_layer(const config_tree& tree, const std::string& path);

} // namespace dk
