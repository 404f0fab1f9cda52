#pragma once

#include "actors/protocol/protocol.hpp"

#include <caf/duration.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace dk {

/// Calls `then` after it was called `times` times.
inline std::function<void()> countdown(std::size_t times, std::function<void()> then) {
  auto left = std::make_shared<std::size_t>(times);
  return [left, then = std::move(then)] {
    if (--*left == 0)
      then();
  };
}

/// Closes the round at every server; `then` when all have answered, `failed` with the error of each that has not.
template <class Self, class Failed>
void close_round_at(Self self, const std::vector<server_actor>& servers, caf::duration timeout, exact rate,
                    std::function<void()> then, Failed failed) {
  const auto one_is_closed = countdown(servers.size(), std::move(then));
  for (const auto& server : servers)
    self->request(server, timeout, close_atom_v, rate).then([=](std::uint64_t) { one_is_closed(); }, failed);
}

} // namespace dk
