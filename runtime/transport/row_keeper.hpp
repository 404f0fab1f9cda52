#pragma once

#include "actors/protocol/protocol.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace dk {

/// Copies bytes [first, first + count) of a file. @throws failure (data) where it has no such bytes; (resources)
using range_reader = std::function<void(std::uint64_t first, std::uint64_t count, std::byte* to)>;

/// Opens a sealed file by its name. @throws failure (data) for one that is not kept
using sealed_file_opener = std::function<range_reader(const std::string& name)>;

/// Hands out bytes of sealed files to workers of other processes. It answers while the node's supervisor is busy.
row_keeper_actor::behavior_type row_keeper(row_keeper_actor::pointer self, sealed_file_opener open);

} // namespace dk
