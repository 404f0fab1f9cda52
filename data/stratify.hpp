#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dk::data {

/// Holds rows out by class: of each class its share, and, of one of two rows or more, a row at least on either side.
/// The class of a row is what its source says of the label, a text or numbers; where transforms make the label of other
/// columns, what they hold.
class stratified_rows {
public:
  /// @param transforms that the rows will be put through
  explicit stratified_rows(const std::vector<spec>& transforms);

  /// Looks at some rows as they were read. @throws failure (data) without a label, or with one that is no class: a
  /// number that is not whole, or one of too many
  void see(const table& rows);

  /// Which rows of all that were seen are held out, picked at random by the seed.
  /// Requires 0 < part < 1. @throws failure (data) when no class has two rows
  std::vector<bool> held(double part, std::uint64_t seed) const;

private:
  using class_index = std::uint16_t;

  std::vector<spec> makers_;                            // of the label, in order
  std::unordered_map<std::string, class_index> places_; // of the classes, in the order in which they came
  std::vector<std::size_t> counts_;                     // rows of each
  std::vector<class_index> classes_;                    // of each row
  std::string origin_;
};

} // namespace dk::data
