#pragma once

#include "data/dataset.hpp"
#include "data/table_stream.hpp"

#include <cstdint>
#include <string>

namespace dk::data {

/// Where rows go that are not kept in memory.
struct store_options {
  std::string folder; ///< for the file; empty: $TMPDIR, or else /var/tmp
  std::uint64_t memory =
      std::uint64_t{1}
      << 30U; ///< bytes, of which a window of the shuffle takes an eighth, and the last up to a quarter
};

/// The windows in which rows of so many numbers are shuffled.
shuffle_windows windows_for(std::size_t numbers_per_row, std::uint64_t memory);

/// Writes the rows of a stream to a file, with the columns `features` and `label`.
/// @throws failure (data) as make_dataset; (resources) when the disk is full
dataset store(table_stream& rows, const store_options& options);

} // namespace dk::data
