#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// What a shard does about staleness, whatever the algorithm.
enum class policy_kind : std::uint8_t {
  accept,   ///< nothing
  scale,    ///< a commit counts 1 / (staleness + 1)
  distance, ///< a commit counts the less, the farther the center has moved since its base, see distance_scale
  wait,     ///< bounded staleness: who would make another one too stale has to wait, see admission
  reject,   ///< a commit that is too stale is refused, and its chunk trained again
};

struct staleness_policy {
  policy_kind kind = policy_kind::accept;
  std::uint64_t max_staleness = 0; ///< of `wait` and `reject`: no commit that is staler is folded in
};

/// The policy of this name; nothing when there is none.
std::optional<policy_kind> find_policy(std::string_view name);

std::string_view name_of(policy_kind kind);

std::vector<std::string> policy_names();

/// Whether max_staleness means something to it.
bool is_bounded(policy_kind kind);

/// |delta| / (|delta| + distance): 1 when the center stands where the commit started from, one half when it has moved
/// as far as the commit wants to move it. Both are lengths; 1 when both are 0.
double distance_scale(double delta_length, double distance);

} // namespace dk
