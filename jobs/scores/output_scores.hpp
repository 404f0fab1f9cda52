#pragma once

#include "jobs/scores/class_scores.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// How one of several outputs did that say yes or no, each by itself.
struct label_score : class_score {
  double accuracy = 0; ///< the part of the rows in which it was right
};

/// Of outputs and labels, rows x `wide`; a label is yes above 0.5.
std::vector<label_score> score_labels(const std::vector<float>& outputs, const std::vector<float>& labels,
                                      std::size_t wide, const spec& auc);

/// How far one number was from its label.
struct number_score {
  double mae = 0;
  double rmse = 0;
  std::optional<double> r2;   ///< absent where all labels are equal
  std::optional<double> mape; ///< in percent; absent where a label is 0
};

/// Of outputs and labels, rows x `wide`. Requires a row at least.
std::vector<number_score> score_numbers(const float* outputs, const float* labels, std::size_t rows, std::size_t wide);

/// A list of objects, each with its name under `key`.
nlohmann::json to_json(const std::vector<label_score>& from, const std::vector<std::string>& names);
nlohmann::json to_json(const std::vector<number_score>& from, const std::vector<std::string>& names);

/// A table, a line for each.
std::string to_text(const std::vector<label_score>& from, const std::vector<std::string>& names);
std::string to_text(const std::vector<number_score>& from, const std::vector<std::string>& names);

} // namespace dk
