#include "algorithms/loops.hpp"

#include "algorithms/arithmetic.hpp"

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
