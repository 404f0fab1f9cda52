#include "algorithms/half_adag.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm half_adag() {
  return {"half_adag",
          {},
          {{"part", 0.5}},
          [](const nlohmann::json& keys) {
            return windowed([part = keys.at("part").get<float>()](auto k) { return part / static_cast<float>(k); });
          },
          [](const nlohmann::json&, const spec&) { return add(); }};
}

} // namespace dk
