#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"
#include "data/table_stream.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data {

/// A transform, and what it learned from the training rows.
struct fitted_transform {
  spec transform;
  nlohmann::json fitted;
};

/// Transforms that are applied one after the other.
using pipeline = std::vector<fitted_transform>;

/// Fits each transform to the training rows as those before it have left them, and applies it to them, and to those
/// that are held out. Which values a column has is learned from these, too; all else from the training rows alone.
/// @param held_out may be null
/// @throws failure (config) for keys; (data) for missing columns and bad values
pipeline fit(const std::vector<spec>& transforms, table& training, table* held_out = nullptr);

/// Opens rows from their start, as what was fitted so far leaves them.
using fitted_source = std::function<table_stream_ptr(const pipeline& so_far)>;

/// The same of rows that come some at a time; they are read once for each transform that learns, and not kept.
/// @param training and, where some are held out, those
/// @throws as above; (config) for a transform that needs all rows at once
pipeline fit(const std::vector<spec>& transforms, const fitted_source& training, const fitted_source& held_out = {});

/// Whether all of them can be applied to some rows at a time. @throws failure (config) for an unknown transform
bool applies_to_parts(const std::vector<spec>& transforms);

/// Applies to training rows what was fitted to them. @throws as fit
void apply_to_training(const pipeline& fitted, table& training);

/// Applies to other rows what was fitted. Of a transform that is for training rows only nothing is done. Where the
/// table has no column `label`, as when a model predicts, what works on it and on what was made of it is left out.
/// @throws failure (data) for missing columns and bad values; (checkpoint) where the pipeline is not what was fitted
void apply(const pipeline& fitted, table& to);

/// Undoes those transforms that work on the column and can be undone, the last first; the others are passed over.
/// @throws failure as apply
void invert(const pipeline& fitted, const std::string& column, table& to);

/// What class numbers in the column `label` stand for, where string_index made them of texts; else empty.
std::vector<std::string> label_words(const pipeline& fitted);

/// As JSON, for a file.
std::string to_text(const pipeline& fitted);

/// @param origin the file's name, for errors
/// @throws failure (checkpoint) for what is no pipeline
pipeline parse_pipeline(std::string_view text, const std::string& origin);

} // namespace dk::data
