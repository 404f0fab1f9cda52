#include "algorithms/experimental.hpp"

#include "algorithms/arithmetic.hpp"
#include "algorithms/loops.hpp"

namespace dk {

algorithm experimental() {
  return {"experimental",
          {"adaptive"},
          {{"learning_rate", 1.0}},
          [](const nlohmann::json&) { return windowed([](std::uint32_t k) { return 1.0F / static_cast<float>(k); }); },
          [](const nlohmann::json& keys, const spec&) {
            server_rule rule;
            rule.needs_base = true;
            rule.fold = [rate = keys.at("learning_rate").get<float>()](const folding& f) {
              const auto delta = f.from.delta.numbers();
              const auto done = adaptive_step(f.now.weights.data(), f.base, delta.data(), static_cast<float>(f.scale),
                                              rate, f.next, delta.size());
              return folded{done.mean_factor, done.finite};
            };
            return rule;
          }};
}

} // namespace dk
