#pragma once

#include "data/formats/csv/csv_parse.hpp"
#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data::csv {

/// The plan when the types of its guesses are known: those that are no numbers, or whole ones that f64 would round, are
/// read as what they are.
plan settled(const plan& first, const std::vector<guessed_type>& types);

/// The rows of a text by their plan. What has to be guessed is read a second time where it turns out to be no number,
/// unless the plan is settled. @param written takes all fields as they are written, where the plan keeps them
/// @throws failure (data)
table table_of(const file_content& text, const std::string& origin, const plan& how, table* written = nullptr);

/// Says that a file, or every file that a pattern names, ends behind its header.
[[noreturn]] void fail_without_rows(const std::string& path);

} // namespace dk::data::csv
