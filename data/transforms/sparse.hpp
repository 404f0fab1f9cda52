#pragma once

#include <cstddef>
#include <string_view>

namespace dk::data {

/// Writes a sparse vector into `size` numbers, which are 0 where the text names none. The text is pairs "3:1.5 7:2" (as
/// in LIBSVM files, whose first place is 1), or "(8,[3,7],[1.5,2])" (as Spark shows a SparseVector).
/// @param first the number that stands for the first place in pairs: 0 or 1
/// @returns "" or what is wrong with the text
const char* read_sparse(std::string_view text, std::size_t first, float* to, std::size_t size);

} // namespace dk::data
