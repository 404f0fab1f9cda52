#include "algorithms/adag.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm adag() {
  return {"adag",
          {"agn"},
          nlohmann::json::object(),
          [](const nlohmann::json&) { return windowed([](std::uint32_t k) { return 1.0F / static_cast<float>(k); }); },
          [](const nlohmann::json&, const spec&) { return add(); }};
}

} // namespace dk
