#pragma once

#include "common/spec.hpp"

#include <vector>

namespace dk::data {

/// The source of rows that these transforms will be applied to, in this order: `columns` lists what they work on and no
/// transform has made, and `text` what they take for text, where the format has these keys. Where the source says
/// nothing of columns, its features are all that the transforms do not work on.
/// @throws failure (config) where what a transform makes of such a column would be lost: where the column is a feature,
/// or the label, already
spec with_needed_columns(spec source, const std::vector<spec>& transforms);

/// The same of the sources that transforms read, such as that of `union`.
std::vector<spec> with_needed_columns(std::vector<spec> transforms);

} // namespace dk::data
