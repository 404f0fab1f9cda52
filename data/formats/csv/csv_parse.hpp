#pragma once

#include "data/formats/csv/csv_plan.hpp"
#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data::csv {

/// What the rows of a text hold, by the uses of a plan.
struct rows_read {
  std::size_t rows = 0;
  block features; ///< rows x the plan's features
  std::vector<std::vector<double>> numbers;
  std::vector<std::vector<double>> guesses;
  std::vector<guessed_type> types; ///< of the guesses
  std::vector<std::vector<std::int64_t>> wholes;
  std::vector<texts> words;
  std::vector<texts> written; ///< all fields, where the plan keeps them
};

/// Reads all rows, on all cores. @throws failure (data), the first in the file
rows_read parse_rows(const file_content& text, const std::string& origin, const plan& how);

} // namespace dk::data::csv
