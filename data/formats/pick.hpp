#pragma once

#include "common/spec.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// The keys of a source that say which of a file's columns are wanted: features = NAME or [NAMES], label = NAME or
/// [NAMES], columns = NAME or [NAMES]; "*" for the rest; weight = NAME.
std::vector<key_rule> pick_keys();

/// Makes of a file's columns what its source asks for: the column `features` of those that are listed (default: a
/// column of this name, or else every column of numbers but the label; none where `columns` is given; "*" in the list:
/// every column of numbers that neither `label` nor `columns` names), which keeps its shape where it is one; `label`
/// (default: the column of this name, if there is one) in the same way; and `columns` under their own names, "*" among
/// them for all that nothing else takes. A column may be a feature or the label, and one of `columns`.
/// @throws failure (data) for a column that there is none of
table picked_columns(table from, const spec& source);

/// Puts a column beside the others as their weights. @throws failure (data) where another has the name of weights
void put_weight(table& to, column weight);

/// The names that the source lists, of features, label, columns and weight; empty where it lists none, or "*".
std::vector<std::string> listed_names(const spec& source);

/// The names that the source lists of features and columns.
std::vector<std::string> named_columns(const spec& source);

/// The names of the columns that make the label: those that the source lists, or else `label`, if there is one.
std::vector<std::string> label_names(const spec& source);

/// Whether the array or data set `name` is among the listed, or has fields `name.field` that are, or is the label by
/// its name; all are when none is listed.
bool is_wanted(const std::string& name, const std::vector<std::string>& listed);

} // namespace dk::data
