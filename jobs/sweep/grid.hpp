#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dk {

/// A key of the config, and the values that it takes in a sweep: as TOML, or plain words.
struct grid_axis {
  std::string key; ///< "trainer.optimizer.learning_rate"
  std::vector<std::string> values;
};

bool operator==(const grid_axis& a, const grid_axis& b);

/// What one or several --grid say: KEY=VALUE,VALUE. A comma within quotes, brackets or braces belongs to its value.
/// @throws failure (usage) for an empty or a repeated key or value, and for quotes or brackets that are not closed
std::vector<grid_axis> parse_grid(const std::vector<std::string>& texts);

/// "KEY=VALUE,VALUE", as parse_grid reads it.
std::string to_text(const grid_axis& axis);

/// How many points the grid has: 1 without axes. What is beyond `most` counts as most + 1.
std::size_t count_points(const std::vector<grid_axis>& grid, std::size_t most);

/// The values of one point, in the order of the axes. The last axis changes first.
/// @param number below count_points
std::vector<std::string> point_of(const std::vector<grid_axis>& grid, std::size_t number);

} // namespace dk
