#pragma once

#include "data/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dk::data {

/// The rows at these places, in this order; one may come several times. Requires each < rows().
table picked(const table& from, const std::vector<std::size_t>& rows);

/// Rows [first, first + count); f32 columns are shared. Requires first + count <= rows().
table slice(const table& from, std::size_t first, std::size_t count);

/// The same rows, of which the first is row `first` of its file.
table counted_from(table rows, std::uint64_t first);

/// The rows of all, one after the other, in the columns of the first: numbers of several types become f64, or f32 where
/// one is f32. @throws failure (data) when one lacks a column, or has it in another shape, or as text
/// Requires one table at least.
table joined(const std::vector<table>& all);

/// Which of so many rows are held out: a fraction, picked at random by the seed. Each side gets a row at least.
/// @param origin for errors. Requires 0 < held_out < 1. @throws failure (data) when there are too few rows
std::vector<bool> held_rows(std::size_t rows, double held_out, std::uint64_t seed, const std::string& origin);

/// Takes the rows apart: {the rest, the held out}. Each keeps the order of the file. Requires is_held.size() == rows().
std::pair<table, table> split(const table& all, const std::vector<bool>& is_held);

} // namespace dk::data
