#include "algorithms/easgd.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm easgd() {
  algorithm made{"easgd",
                 {},
                 {{"rho", 1.0}, {"learning_rate", 0.1}},
                 [](const nlohmann::json& keys) { return elastic(spring_of(keys)); },
                 [](const nlohmann::json&, const spec&) { return add_rounds(barrier::chunk, false); }};
  made.warning = elastic_warning(true);
  return made;
}

} // namespace dk
