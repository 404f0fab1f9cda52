#pragma once

#include "actors/protocol/shard_link.hpp"
#include "common/block.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What is large travels between processes in pieces (freight.hpp): the connection stays free for what is small, no
// process needs a buffer of the size of a model, and each piece has its deadline.

namespace dk {

/// The numbers of a message, apart from its other fields. Shared, like a block.
struct cargo {
  number_form form = number_form::fp32; ///< fp32: of a block
  std::uint64_t size = 0;               ///< of the numbers
  std::shared_ptr<const std::byte> data;
  std::uint64_t bytes = 0;
};

cargo cargo_of(const block& numbers);
cargo cargo_of(const compressed& numbers);

/// The other way. @throws failure (connect) when the bytes are no such numbers
block as_block(const cargo& from);
compressed as_compressed(const cargo& from);

/// What a message has no room for.
constexpr std::uint64_t little_cargo = std::uint64_t{1} << 17U; // bytes

/// Takes the numbers out of a message if they are more than a little, and puts them back, in the same order.
std::vector<cargo> unload(commit& from);
std::vector<cargo> unload(verdict& from);
std::vector<cargo> unload(center_update& from);
std::vector<cargo> unload(center& from);
std::vector<cargo> unload(shard_state& from);
std::vector<cargo> unload(best_center& from);
void load(commit& to, const std::vector<cargo>& all);
void load(verdict& to, const std::vector<cargo>& all);
void load(center_update& to, const std::vector<cargo>& all);
void load(center& to, const std::vector<cargo>& all);
void load(shard_state& to, const std::vector<cargo>& all);
void load(best_center& to, const std::vector<cargo>& all);

/// The same for some blocks of a message.
std::vector<cargo> unload(const std::vector<block*>& from);
void load(const std::vector<block*>& to, const std::vector<cargo>& all);

} // namespace dk
