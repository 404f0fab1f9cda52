#include "algorithms/aeasgd.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm aeasgd() {
  algorithm made{"aeasgd",
                 {},
                 {{"rho", 5.0}, {"learning_rate", 0.1}},
                 [](const nlohmann::json& keys) { return elastic(spring_of(keys)); },
                 [](const nlohmann::json&, const spec&) { return add(); }};
  made.warning = elastic_warning(false);
  return made;
}

} // namespace dk
