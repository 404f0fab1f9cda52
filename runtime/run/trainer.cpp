#include "runtime/run/trainer.hpp"

#include "common/buffer_pool.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/preflight.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>

namespace dk {

run_result train(const job& which, const data::dataset& rows, const run_options& options) {
  check_job(which, rows);
  auto owned = options.folder; // nobody else writes there meanwhile
  if (owned)
    own(*owned);
  if (options.resume != nullptr)
    check_resume(which, rows, *options.resume);
  auto result = training{which, rows, options}.run();
  trim_pool();
  return result;
}

evaluation evaluate(const job& which, const block& weights, const data::dataset& rows) {
  const auto architecture = architecture_of(which);
  return evaluate({architecture, weights, models_of(which)}, which.trainer.loss, which.trainer.metrics, rows);
}

} // namespace dk
