#pragma once

#include "data/table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::json_lines {

/// The values of lines as they are written, a column per key that any line had so far.
class written_values {
public:
  /// Takes whole lines, each an object or blank. @throws failure (data) for keys of so many names that they would take
  /// much more room than the lines themselves
  void take(std::string_view lines, const std::string& origin);

  /// Gives the values of these lines away; what is known of the keys stays.
  table give(const std::string& origin);

private:
  struct values {
    std::string key;
    texts written;
  };

  void take_line(std::string_view line, const std::string& origin);

  std::vector<values> columns_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace dk::data::json_lines
