#include "algorithms/averaging.hpp"

#include "algorithms/loops.hpp"

namespace dk {

algorithm averaging() {
  return {"averaging",
          {},
          nlohmann::json::object(),
          [](const nlohmann::json&) {
            return exchange_rule{[](worker_ptr self) { commit_progress(self, [self] { finish_chunk(self); }); },
                                 adoption::every_round,
                                 {}};
          },
          [](const nlohmann::json&, const spec&) { return add_rounds(barrier::epoch, true); }};
}

} // namespace dk
