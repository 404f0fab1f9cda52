#pragma once

#include "common/spec.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// How a classifier did in one class.
struct class_score {
  std::uint64_t rows = 0;    ///< whose label it is
  double precision = 0;      ///< of the rows that were said to be of the class, the part that is; 0 when there are none
  double recall = 0;         ///< of the rows of the class, the part that was said to be; 0 when there are none
  double f1 = 0;             ///< harmonic mean of both
  std::optional<double> auc; ///< area under its ROC curve, against all others; absent when all rows are of one side
};

/// How a classifier did in each class.
struct class_scores {
  std::vector<std::vector<std::uint64_t>> confusion; ///< [label][said]
  std::vector<class_score> classes;
  std::optional<double> log_loss; ///< absent where the outputs are no probabilities
};

/// The class of each row: of one number per label the number itself, else the place of the greatest. Nothing when they
/// are no class numbers below `classes`, so that there is nothing to score.
std::optional<std::vector<std::size_t>> label_classes(const float* labels, std::size_t rows, std::size_t width,
                                                      std::size_t classes);

/// Scores outputs, rows x `wide`; one output is the probability of the second of two classes, and the row is said to be
/// of it above 0.5. @param auc the metric with its keys
class_scores score(const std::vector<float>& outputs, std::size_t wide, const std::vector<std::size_t>& labels,
                   const spec& auc = {"auc"});

/// The metric `auc` of one class, whose rows have 1, the others 0. Absent when all rows are of one side.
std::optional<double> area_under_curve(const std::vector<float>& score, const std::vector<float>& is_of_class,
                                       const spec& auc = {"auc"});

nlohmann::json to_json(const class_scores& from, const std::vector<std::string>& names);

/// A table of the classes, and the confusion matrix where it is not too wide.
std::string to_text(const class_scores& from, const std::vector<std::string>& names);

} // namespace dk
