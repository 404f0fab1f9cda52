#include "algorithms/aeasgd.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm aeasgd() {
  return {"aeasgd",
          {},
          {{"rho", 5.0}, {"learning_rate", 0.1}},
          [](const nlohmann::json& keys) {
            return elastic(static_cast<float>(keys.at("rho").get<double>() * keys.at("learning_rate").get<double>()));
          },
          [](const nlohmann::json&) { return add([](std::uint64_t) { return 1.0; }); }};
}

} // namespace dk
