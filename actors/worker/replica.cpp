#include "actors/worker/replica.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk {

replica_state state_of(const replica& own, const std::string& optimizer, std::uint64_t chunks) {
  const auto& model = own.model;
  const auto& steps = *own.optimizer;
  return {chunks, optimizer, steps.steps(), block::copy_of(model.weights(), model.num_weights()),
          block::copy_of(steps.state(), steps.state_size())};
}

void restore(replica& own, const replica_state& from) {
  auto& optimizer = *own.optimizer;
  if (from.weights.size() != own.model.num_weights() || from.moments.size() != optimizer.state_size())
    throw failure{errc::checkpoint, "the checkpoint's worker has " + std::to_string(from.weights.size()) +
                                        " weights and " + std::to_string(from.moments.size()) +
                                        " numbers of its optimizer, this run's " +
                                        std::to_string(own.model.num_weights()) + " and " +
                                        std::to_string(optimizer.state_size()) + "; resume with the run's config"};
  std::copy(from.weights.begin(), from.weights.end(), own.model.weights());
  std::copy(from.moments.begin(), from.moments.end(), optimizer.state());
  optimizer.set_steps(from.steps);
}

} // namespace dk
