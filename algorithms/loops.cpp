#include "algorithms/loops.hpp"

#include "algorithms/arithmetic.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

exchange_rule windowed(std::function<float(std::uint32_t k)> scale) {
  return {[scale = std::move(scale)](worker_ptr self) {
            commit_movement(self, scale(batches_of_chunk(self)), [self] { finish_chunk(self); });
          },
          adoption::every_chunk,
          {}};
}

exchange_rule elastic(std::function<void(worker_ptr, const shard_slice&)> write) {
  return {[write = std::move(write)](worker_ptr self) {
            pull_centers(self, [self, write] {
              commit_written(
                  self, [&](const shard_slice& slice) { write(self, slice); }, [self] { finish_chunk(self); });
            });
          },
          adoption::never,
          {}};
}

exchange_rule elastic(float alpha) {
  return elastic(
      [alpha](worker_ptr, const shard_slice& s) { elastic_step(s.replica, s.center, alpha, s.delta, s.size); });
}

float spring_of(const nlohmann::json& keys) {
  return static_cast<float>(keys.at("rho").get<double>() * keys.at("learning_rate").get<double>());
}

// With n workers of strength alpha the center moves by n alpha of their mean distance, when all pull before any
// commits: twice is where it stops to come closer. With long windows few pull at the same time, and twenty workers of
// 0.5 still converged with windows from 20 on.
std::function<std::string(const nlohmann::json& keys, const run_size& size)> elastic_warning(bool in_rounds) {
  return [in_rounds](const nlohmann::json& keys, const run_size& size) -> std::string {
    const auto pull =
        static_cast<double>(size.workers) * keys.at("rho").get<double>() * keys.at("learning_rate").get<double>();
    const auto most = in_rounds ? 2.0 : std::max(2.0, static_cast<double>(size.window) / 2);
    if (pull <= most + 1e-9)
      return "";
    return fmt::format(
        "workers x rho x learning_rate = {:.3g} is above {:.3g}, where runs still converged "
        "(docs/experiments.md); {}",
        pull, most, in_rounds ? "lower rho" : "lower rho, lengthen communication_window, or take policy = \"scale\"");
  };
}

exchange_rule alone() {
  return {[](worker_ptr self) { finish_chunk(self); }, adoption::never, {}};
}

server_rule add() {
  server_rule rule;
  rule.fold = [](const folding& f) {
    return folded{f.scale, f.from.delta.add_to(f.now.weights.data(), static_cast<float>(f.scale), f.next)};
  };
  return rule;
}

server_rule add_rounds(barrier when, bool mean_by_rows) {
  server_rule rule;
  rule.barrier = when;
  rule.mean_by_rows = mean_by_rows;
  rule.close = [](const round_total& r) { return add_numbers(r.now, r.total, r.next, r.size); };
  return rule;
}

} // namespace dk
