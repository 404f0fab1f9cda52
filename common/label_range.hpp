#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dk {

/// What the numbers of a label may be.
enum class label_range : std::uint8_t {
  any,          ///< every finite number
  from_zero,    ///< 0 and above
  not_zero,     ///< all but 0
  probability,  ///< 0 to 1
  distribution, ///< 0 to 1 each, and 1 together
  one_hot,      ///< one of them 1, the others 0
  side,         ///< -1 or 1; or 0 or 1, in all rows
  class_number, ///< a whole number from 0 up, below the number of classes
};

/// Some numbers of a row of labels that lie side by side, and what they may be.
struct label_part {
  label_range range = label_range::any;
  std::size_t width = 0;   ///< numbers
  std::size_t classes = 0; ///< of class numbers
  std::string loss;        ///< that says so
};

} // namespace dk
