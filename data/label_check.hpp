#pragma once

#include "common/label_range.hpp"
#include "data/dataset.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace dk::data {

/// Looks whether labels are what a loss can take; rows may come some at a time.
class label_checker {
public:
  /// @param parts of a row of labels, from its first number to its last
  explicit label_checker(std::vector<label_part> parts) : parts_(std::move(parts)) {}

  /// Requires that a row's label has as many numbers as the parts have. @throws failure (data) that names the row and
  /// the value, or that there are no labels
  void see(const dataset& rows);

private:
  void see_row(const float* label, const dataset& rows, std::uint64_t row);

  std::vector<label_part> parts_;
  std::optional<bool> from_zero_; // of sides: whether 0 (or -1) has been seen, so that the other must not come
};

} // namespace dk::data
