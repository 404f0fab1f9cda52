#pragma once

#include "common/spec.hpp"
#include "runtime/config/config_tree.hpp"

#include <functional>
#include <string>

namespace dk {

/// Runs a check that knows no places, and puts in front of its failure the place of the key that it names in
/// backquotes, or else the place of `path`.
void placed(const config_tree& tree, const std::string& path, const std::function<void()>& check);

// Each reads and checks the table at a path of the tree. All throw failure (config).

/// { format = "csv", path = "train.csv", ... }; relative paths become absolute against the folder.
spec read_source(const config_tree& tree, const std::string& path, const std::string& base_folder);

/// { one_hot = { column = "label", ... } }
spec read_transform(const config_tree& tree, const std::string& path, const std::string& base_folder);

/// { dense = 1000, activation = "relu" }
spec read_layer(const config_tree& tree, const std::string& path);

} // namespace dk
