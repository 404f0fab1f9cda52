#pragma once

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

/// How a classifier did. Of two classes precision, recall, F1 and AUC are those of the second, as is usual; of more the
/// means over the classes (macro).
struct scores {
  std::vector<std::vector<std::uint64_t>> confusion; ///< [label][said]
  std::vector<class_score> classes;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::optional<double> auc;
  std::optional<double> log_loss; ///< absent where the outputs are no probabilities
};

/// The class of each row: of one number per label the number itself, else the place of the greatest. Nothing when they
/// are no class numbers below `classes`, so that there is nothing to score.
std::optional<std::vector<std::size_t>> label_classes(const float* labels, std::size_t rows, std::size_t width,
                                                      std::size_t classes);

/// Scores outputs, rows x `wide`; one output is the probability of the second of two classes, and the row is said to be
/// of it from 0.5 on.
scores score(const std::vector<float>& outputs, std::size_t wide, const std::vector<std::size_t>& labels);

/// The area under the ROC curve: how often a row of the class has a greater score than one that is not, ties counting
/// half (Mann and Whitney). Absent when all rows are of one side.
std::optional<double> area_under_curve(const std::vector<float>& score, const std::vector<bool>& is_of_class);

/// The class that outputs say, for each row.
std::vector<std::size_t> said_classes(const std::vector<float>& outputs, std::size_t wide);

nlohmann::json to_json(const scores& from, const std::vector<std::string>& names);

/// A table of the classes, and the confusion matrix where it is not too wide.
std::string to_text(const scores& from, const std::vector<std::string>& names);

} // namespace dk
