#pragma once

#include "data/dataset.hpp"
#include "data/table_stream.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace dk::data {

/// Where rows go that are not kept in memory.
struct store_options {
  std::string folder; ///< for the file; empty: $TMPDIR, or else /var/tmp
  std::uint64_t memory =
      std::uint64_t{1}
      << 30U; ///< bytes, of which a buffer of the shuffle takes an eighth, and the last up to a quarter
  weight_use weights = weight_use::none; ///< of the rows of the stream
};

/// The buffers in which rows of so many numbers are shuffled.
shuffle_buffers buffers_for(std::size_t numbers_per_row, std::uint64_t memory);

/// What is done with rows that are stored, besides.
struct store_work {
  std::function<void(const dataset&)> see = {}; ///< sees all rows, some at a time; throws where something is wrong
  std::function<float(const float* label)> factor =
      {}; ///< of a row's weight, when all were seen; then rows have weights
};

/// Writes the rows of a stream to a file, with the columns `features` and `label`, and their weights where there are
/// any.
/// @throws failure (data) as make_dataset; (resources) when the disk is full
dataset store(table_stream& rows, const store_options& options, const store_work& work = {});

} // namespace dk::data
