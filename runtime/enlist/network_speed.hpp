#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dk {

/// What a person should know of a slow network, from how long the center took to the workers of a node: how long an
/// exchange takes there. Empty where that is short. @param bytes of the center @param took for all workers at once
std::string slow_network(const std::string& node, std::uint64_t bytes, std::size_t workers,
                         std::chrono::duration<double> took);

} // namespace dk
