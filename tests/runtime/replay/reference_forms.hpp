#pragma once

#include "actors/protocol/compression.hpp"

#include <vector>

namespace dk::test {

/// What arrives of these numbers, in plain loops and float64, without any code of dk.
std::vector<double> arriving(const compression& how, const std::vector<double>& numbers);

} // namespace dk::test
