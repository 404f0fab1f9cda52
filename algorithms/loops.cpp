#include "algorithms/loops.hpp"

#include "actors/exchange.hpp"
#include "algorithms/arithmetic.hpp"

namespace dk {

exchange_rule windowed(std::function<float(std::uint32_t k)> scale) {
  return [scale = std::move(scale)](worker_ptr self) {
    const auto by = scale(batches_of_chunk(self));
    const auto shape = [by](const float* replica, const float* base, float* delta, std::size_t size) {
      scaled_difference(replica, base, by, delta, size);
    };
    commit_chunk(self, shape, true, [self] { finish_chunk(self); });
  };
}

exchange_rule elastic(float alpha) {
  return [alpha](worker_ptr self) {
    pull_centers(self, [self, alpha] {
      const auto shape = [alpha](float* replica, const float* center, float* delta, std::size_t size) {
        elastic_step(replica, center, alpha, delta, size);
      };
      commit_chunk(self, shape, false, [self] { finish_chunk(self); });
    });
  };
}

exchange_rule alone() {
  return [](worker_ptr self) { finish_chunk(self); };
}

fold_rule add(std::function<double(std::uint64_t staleness)> factor) {
  return [factor = std::move(factor)](const folding& f) {
    const auto scale = factor(f.staleness);
    const auto& now = f.now.weights;
    const bool finite = add_scaled(now.data(), f.from.delta.data(), static_cast<float>(scale), f.next, now.size());
    return folded{scale, finite};
  };
}

} // namespace dk
