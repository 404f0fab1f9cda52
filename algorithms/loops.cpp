#include "algorithms/loops.hpp"

#include "actors/exchange.hpp"
#include "algorithms/arithmetic.hpp"

namespace dk {

exchange_rule windowed(std::function<float(std::uint32_t k)> scale) {
  return {[scale = std::move(scale)](worker_ptr self) {
            commit_movement(self, scale(batches_of_chunk(self)), [self] { finish_chunk(self); });
          },
          true};
}

exchange_rule elastic(float alpha) {
  const auto rule = [alpha](float* replica, const float* center, float* delta, std::size_t size) {
    elastic_step(replica, center, alpha, delta, size);
  };
  return {[rule](worker_ptr self) {
    pull_centers(self, [self, rule] { commit_elastic(self, rule, [self] { finish_chunk(self); }); });
  }};
}

exchange_rule alone() {
  return {[](worker_ptr self) { finish_chunk(self); }};
}

fold_rule add(std::function<double(std::uint64_t staleness)> factor) {
  return [factor = std::move(factor)](const folding& f) {
    const auto scale = factor(f.staleness);
    return folded{scale, f.from.delta.add_to(f.now.weights.data(), static_cast<float>(scale), f.next)};
  };
}

} // namespace dk
