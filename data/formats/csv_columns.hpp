#pragma once

#include "data/formats/csv_parse.hpp"
#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data::csv {

/// The plan when the types of its guesses are known: those that are no numbers, or whole ones that f64 would round, are
/// read as what they are.
plan settled(const plan& first, const std::vector<guessed_type>& types);

/// What a settled plan reads besides its first.
plan rest_of(const plan& settled, const plan& first);

/// Whether there is anything.
bool has_rest(const plan& settled, const plan& first);

/// Adds what `rest_of` has read to what the first plan has: both together are what the settled one reads.
void complete(rows_read& read, rows_read rest, const plan& settled, const plan& first);

/// The columns of what a settled plan has read.
table columns_of(const plan& settled, rows_read read, const std::string& origin);

} // namespace dk::data::csv
