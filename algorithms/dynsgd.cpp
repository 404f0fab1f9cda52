#include "algorithms/dynsgd.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm dynsgd() {
  return {"dynsgd",
          {},
          nlohmann::json::object(),
          [](const nlohmann::json&) { return windowed([](std::uint32_t) { return 1.0F; }); },
          [](const nlohmann::json&, const spec&) { return add(); },
          policy_kind::scale};
}

} // namespace dk
