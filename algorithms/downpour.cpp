#include "algorithms/downpour.hpp"

#include "algorithms/loops.hpp"

#include <fmt/format.h>

namespace dk {

namespace {

// The center takes in what every worker has moved meanwhile; beyond so many batches the runs collapsed.
constexpr std::size_t most_batches = 100;

std::string warning(const nlohmann::json&, const run_size& size) {
  const auto batches = size.workers * size.window;
  if (batches <= most_batches)
    return "";
  return fmt::format("{} workers of window {} move the center by {} batches that none of them knows of the others, and "
                     "beyond {} runs collapsed (docs/experiments.md); lower workers or communication_window, or take "
                     "adag",
                     size.workers, size.window, batches, most_batches);
}

} // namespace

algorithm downpour() {
  algorithm made{"downpour",
                 {},
                 nlohmann::json::object(),
                 [](const nlohmann::json&) { return windowed([](std::uint32_t) { return 1.0F; }); },
                 [](const nlohmann::json&, const spec&) { return add(); }};
  made.warning = warning;
  return made;
}

} // namespace dk
