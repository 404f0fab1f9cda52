#pragma once

#include "common/block.hpp"
#include "data/row_file.hpp"
#include "data/shuffle.hpp"
#include "data/table.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data {

class sealed_rows;

/// What a model trains on: float32, row-major, a sample contiguous, both blocks 64-byte aligned; or in a file, where it
/// would not fit in memory. A copy shares.
struct dataset {
  std::size_t rows = 0;
  std::vector<std::size_t> feature_shape;           ///< of one sample; [] is one number
  std::size_t feature_width = 0;                    ///< numbers per sample
  std::size_t label_width = 0;                      ///< numbers per label; 0: there are no labels
  block features;                                   ///< rows x feature_width
  block labels;                                     ///< rows x label_width
  std::string origin;                               ///< the file of the labels, or else of the features, for errors
  std::shared_ptr<const row_file> stored = nullptr; ///< the rows, and all blocks are empty; nullptr: they are in memory
  std::shared_ptr<const sealed_rows> sealed = nullptr; ///< likewise, in a file that has come from another host
  std::uint64_t first = 0;                             ///< its first row's place among all that were read; of
                                                       ///< stored rows, in that file
  shuffle_buffers buffers = {};                        ///< how rows are shuffled that are stored
  row_numbers numbers = {};                            ///< of the rows in the file `origin`, for errors
  bool weighted = false;                               ///< whether rows have weights, from 0 up, for their losses
  block weights = {};                                  ///< rows x 1, or empty
};

/// Whether a dataset without labels will do, as it does for predicting.
enum class label_use { required, optional };

/// Whether the rows have weights.
enum class weight_use { none, required };

/// The column that they stand in, beside `features` and `label`.
constexpr std::string_view weight_column = "sample_weight";

/// Takes the columns `features`, `label` and, where they are required, the weights; f32 columns are shared, not copied.
/// @throws failure (data) without rows, without a column, or with a number that is not finite, or a weight below 0
/// (named by file, row, column)
dataset make_dataset(const table& from, label_use use = label_use::required, weight_use weights = weight_use::none);

/// Rows [first, first + count) of a dataset, which is not sealed; shares them. Requires first + count <= all.rows.
dataset slice_of(const dataset& all, std::size_t first, std::size_t count);

/// Part `index` of `parts` contiguous parts of nearly the same size; shares the rows. Requires index < parts <= rows.
dataset part_of(const dataset& all, std::size_t index, std::size_t parts);

/// Rows of a dataset that lie side by side: where they are in memory, or, of stored ones, read.
class row_view {
public:
  /// Requires that the dataset lives as long, is not sealed, and first + count <= its rows. @throws failure (resources)
  /// where the disk fails
  row_view(const dataset& of, std::size_t first, std::size_t count);
  row_view(const row_view&) = delete;
  row_view& operator=(const row_view&) = delete;

  const float* features() const { return features_; }
  const float* labels() const { return labels_; }
  const float* weights() const { return weights_; } ///< nullptr where there are none

private:
  std::vector<float> read_;
  const float* features_;
  const float* labels_;
  const float* weights_ = nullptr;
};

} // namespace dk::data
