#include "runtime/config/job.hpp"

#include "common/error.hpp"

namespace dk {

void require_complete(const job& which, const std::string& origin) {
  const auto missing = [&](const std::string& what) { throw failure{errc::config, origin + ": " + what}; };
  if (!which.data.train)
    missing("has no training data; give `train` in [data], as in train = { format = \"csv\", path = \"train.csv\" }");
  if (!which.model.keras.empty())
    return;
  if (which.model.layers.empty())
    missing("has no model; give `input` and `layers` in [model], or `keras`");
  if (which.model.input.empty())
    missing("has a model without a shape of its input; give `input` in [model], as in input = [784]");
}

} // namespace dk
