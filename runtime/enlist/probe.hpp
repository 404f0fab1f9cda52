#pragma once

#include "common/endpoint.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace dk {

/// Why nobody can be reached there: a name that is unknown, a port that refuses, a packet that nobody answers. CAF does
/// not tell, and waits for minutes. Empty when there is somebody.
struct closed_port {
  std::string why;
  bool is_silent = false; ///< there was no answer: to try again at once is no use
};
closed_port probe(const endpoint& where, std::chrono::milliseconds deadline);

/// The same of many, side by side.
std::vector<closed_port> probe_all(const std::vector<endpoint>& all, std::chrono::milliseconds deadline);

} // namespace dk
