#pragma once

#include "actors/worker/exchange.hpp"
#include "algorithms/catalog.hpp"

// The loops that the algorithms share, each written once.

namespace dk {

/// Commits (replica - base) * scale(k), where k is the number of batches that the chunk really had; adopts the center
/// that comes back with the verdict. One round trip a chunk.
exchange_rule windowed(std::function<float(std::uint32_t k)> scale);

/// Pulls the center, then commits what `write` writes. The replica goes on from where it is: it never adopts the
/// center.
exchange_rule elastic(std::function<void(worker_ptr, const shard_slice&)> write);

/// The same for E = alpha * (replica - center); the replica moves by -E.
exchange_rule elastic(float alpha);

/// alpha = rho * learning_rate, of an elastic algorithm's keys.
float spring_of(const nlohmann::json& keys);

/// The warning of an elastic algorithm; `in_rounds`: all workers pull before any commits.
std::function<std::string(const nlohmann::json& keys, const run_size& size)> elastic_warning(bool in_rounds);

/// Exchanges nothing.
exchange_rule alone();

/// Every commit as it comes: center <- center + delta.
server_rule add();

/// In rounds: center <- center + what the round adds up to.
server_rule add_rounds(barrier when, bool mean_by_rows);

} // namespace dk
