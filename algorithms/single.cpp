#include "algorithms/single.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm single() {
  return {"single", {}, nlohmann::json::object(), [](const nlohmann::json&) { return alone(); }, {}};
}

} // namespace dk
