#include "algorithms/downpour.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm downpour() {
  return {"downpour",
          {},
          nlohmann::json::object(),
          [](const nlohmann::json&) { return windowed([](std::uint32_t) { return 1.0F; }); },
          [](const nlohmann::json&, const spec&) { return add(); }};
}

} // namespace dk
