#pragma once

#include <cstddef>

namespace dk::fuzz {

/// How much memory is allocated, as AddressSanitizer sees every allocation of the process. Where the program is built
/// without it, nothing is measured.
class memory_meter {
public:
  static bool is_there();

  /// Starts to measure; one at a time.
  memory_meter();

  /// The most that was allocated at a time since then, beyond what was allocated before.
  std::size_t peak() const;
};

} // namespace dk::fuzz
