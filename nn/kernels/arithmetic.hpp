#pragma once

#include <string>

namespace dk::nn {

/// What decides the last bits of a result, in one line: the version and compiler of dk, the instructions that its own
/// loops use on this CPU, and the library of the matrix products with those it uses. Two processes that say the same
/// get the same bits from the same input.
std::string arithmetic();

} // namespace dk::nn
