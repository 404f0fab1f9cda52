#include "algorithms/dynsgd.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm dynsgd() {
  return {"dynsgd",
          {},
          nlohmann::json::object(),
          [](const nlohmann::json&) { return windowed([](std::uint32_t) { return 1.0F; }); },
          [](const nlohmann::json&) {
            return add([](std::uint64_t staleness) { return 1.0 / (static_cast<double>(staleness) + 1.0); });
          }};
}

} // namespace dk
