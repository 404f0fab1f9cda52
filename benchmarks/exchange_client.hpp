#pragma once

#include "actors/server/parameter_server.hpp"

#include <caf/all.hpp>

namespace benchmark {

/// A shard of `size` zeros that takes `commits` commits of one chunk each.
inline dk::server_setup shard_of(std::size_t size, std::uint64_t commits) {
  dk::server_setup setup;
  dk::block_writer zeros{size};
  std::fill_n(zeros.data(), size, 0.0F);
  setup.start = {0, std::move(zeros).done()};
  setup.grid = {commits, 1, 1};
  setup.rule.fold = [](const dk::folding& f) {
    return dk::folded{1, f.from.delta.add_to(f.now.weights.data(), 1, f.next)};
  };
  return setup;
}

/// Commits the same delta over and over, each time with the new center in the answer; tells `done` at the end.
inline caf::behavior exchange_client(caf::event_based_actor* self, dk::server_actor server, dk::block delta,
                                     std::uint32_t first, std::uint32_t commits, caf::actor done) {
  auto left = std::make_shared<std::uint32_t>(commits);
  auto base = std::make_shared<std::uint64_t>(first);
  return {[=](dk::newest_atom) {
    if (*left == 0) {
      self->send(done, dk::stop_atom_v);
      return self->quit();
    }
    const auto chunk = first + commits - (*left)--;
    dk::commit message;
    message.chunk = {0, chunk};
    message.rows = {chunk, chunk + 1};
    message.base = *base;
    message.wants_center = true;
    message.delta = delta;
    self->request(server, std::chrono::seconds{10}, std::move(message)).then([=](const dk::verdict& answer) {
      *base = answer.version;
      self->send(self, dk::newest_atom_v);
    });
  }};
}

/// Seconds for `commits` exchanges with this server, one after the other.
inline double time_exchanges(caf::actor_system& system, const dk::server_actor& server, const dk::block& delta,
                             std::uint32_t first, std::uint32_t commits) {
  caf::scoped_actor self{system};
  auto client = system.spawn(exchange_client, server, delta, first, commits, caf::actor{self});
  const auto begun = std::chrono::steady_clock::now();
  self->send(client, dk::newest_atom_v);
  self->receive([](dk::stop_atom) {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace benchmark
