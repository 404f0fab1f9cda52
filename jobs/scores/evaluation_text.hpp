#pragma once

#include "runtime/rows/evaluation.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace dk {

/// {"accuracy": 0.9, "loss": 0.3, "rows": 100}; the accuracy is null where outputs are numbers.
nlohmann::json to_json(const nn::loss_sums& found);

/// The same with all other metrics by name.
nlohmann::json to_json(const evaluation& found);

/// "accuracy 0.9, loss 0.3, auc 0.95"; without accuracy where outputs are numbers.
std::string to_text(const evaluation& found);

} // namespace dk
