#pragma once

#include "actors/protocol/compressed.hpp"

#include <cstdint>
#include <limits>

namespace dk {

/// The parameters of one shard at one version. Of a worker: as it has them, which is not quite what the shard has when
/// they came compressed.
struct center {
  std::uint64_t version = 0;
  block weights;
};

/// The version that a worker has which has none yet.
constexpr auto no_version = std::numeric_limits<std::uint64_t>::max();

/// A center on its way to a worker: whole, or what to change in the one that the worker has. Within a process the whole
/// is always there, too; between processes only what `what` says travels.
struct center_update {
  enum class kind : std::uint8_t {
    none,       ///< nobody asked for one
    whole,      ///< all numbers
    unchanged,  ///< the worker has it
    difference, ///< `change` is to be added to what the worker has
    patch,      ///< the numbers of `change` are to be put into what the worker has
  };
  kind what = kind::none;
  std::uint64_t version = 0;
  std::uint64_t base = 0; ///< the version that the worker has, unless this is whole
  block weights;          ///< as the worker has them afterwards; between processes only of a whole one
  compressed change;

  /// What it takes on its way, in bytes, without its head.
  std::size_t bytes() const;
};

/// The center for a worker that has `has`; without weights: nobody knows what it has. A difference is compressed, and
/// what it loses is in the next one, which starts from what the worker really has. Under top_k the numbers that have
/// changed travel as they are, unless those are so many that all of them take less.
center_update update_of(const compression& how, const center& now, const center& has);

/// The center that the worker has from now on. @throws failure (internal) when the update is not of what it has
center updated(const center& has, const center_update& with);

} // namespace dk
