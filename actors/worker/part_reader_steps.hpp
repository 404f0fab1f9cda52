#pragma once

// What the parts of a part_reader's behaviour have in common: part_reader.cpp makes batches, part_errands.cpp asks
// keepers. For these files alone.

#include "actors/worker/part_reader.hpp"

#include <caf/all.hpp>

namespace dk::part_reader_steps {

using part_reader_ptr = row_reader_actor::stateful_pointer<part_reader_state>;
using errand = part_reader_state::errand;
using errands = part_reader_state::errands;

constexpr std::uint64_t question_bytes = std::uint64_t{1} << 18U; // about; a row that is longer travels alone

/// How a person finds a part.
std::string name_of(const part_reader_state& my, std::size_t part);

/// Asks the first keeper of each part that is not lost; without any, all ends.
void put(part_reader_ptr self, const errands& all);
/// What a keeper was asked for is asked of others.
void lose_keeper(part_reader_ptr self, std::uint32_t which, const caf::error& reason);
/// Answers all questions with this, also those that come later.
void fail_readings(part_reader_ptr self, const caf::error& why);

/// The bytes of an errand are here. @throws failure (data) for a head that is none
void take_bytes(part_reader_ptr self, const errand& what, const std::byte* bytes);
/// Begins readings that can begin, and answers those that are whole.
void begin_readings(part_reader_ptr self);

} // namespace dk::part_reader_steps
