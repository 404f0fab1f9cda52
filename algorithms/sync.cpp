#include "algorithms/sync.hpp"

#include "algorithms/arithmetic.hpp"
#include "algorithms/loops.hpp"
#include "common/error.hpp"
#include "nn/optimizer.hpp"

#include <algorithm>

namespace dk {

namespace {

// Adds up the gradients of a chunk's batches, each counted by its rows.
exchange_rule mean_gradients() {
  const auto sum = std::make_shared<std::vector<float>>();
  exchange_rule rule;
  rule.train = [sum](replica& own, const nn::batch_view& rows) {
    if (!own.model.is_all_trained())
      throw failure{errc::config,
                    "sync exchanges gradients, and the moving statistics of batch_normalization have none; "
                    "take averaging, easgd or an asynchronous algorithm"};
    const auto step = own.model.compute_gradient(rows);
    sum->resize(own.model.num_weights());
    add_weighted(sum->data(), own.model.gradient(), static_cast<float>(rows.rows), sum->size());
    return step;
  };
  rule.at_chunk_end = [sum](worker_ptr self) {
    const auto part = 1.0F / static_cast<float>(rows_of_chunk(self));
    commit_written(
        self, [&](const shard_slice& s) { multiply(sum->data() + s.first, part, s.delta, s.size); },
        [self] { finish_chunk(self); });
    std::fill(sum->begin(), sum->end(), 0.0F);
  };
  rule.adopts = adoption::every_round;
  return rule;
}

server_rule step_with(const spec& optimizer) {
  if (nn::clip_rule_of(optimizer).needs_norm())
    throw failure{errc::config, "sync steps at the parameter server, shard by shard, where the norms that clipnorm and "
                                "global_clipnorm speak of are not known; take clipvalue, or another algorithm"};
  struct stepper {
    std::unique_ptr<nn::optimizer> with;
    double configured_rate = 0;
  };
  const auto state = std::make_shared<stepper>();
  server_rule rule;
  rule.barrier = barrier::chunk;
  rule.descends = true;
  rule.mean_by_rows = true;
  rule.close = [state, optimizer](const round_total& r) {
    if (!state->with) {
      state->with = nn::make_optimizer(optimizer, r.size);
      state->configured_rate = state->with->learning_rate();
    }
    state->with->set_learning_rate(state->configured_rate * r.rate);
    std::copy_n(r.now, r.size, r.next);
    state->with->apply(r.next, r.total);
    return all_finite(r.next, r.size);
  };
  return rule;
}

} // namespace

algorithm sync() {
  return {"sync",
          {},
          nlohmann::json::object(),
          [](const nlohmann::json&) { return mean_gradients(); },
          [](const nlohmann::json&, const spec& optimizer) { return step_with(optimizer); }};
}

} // namespace dk
