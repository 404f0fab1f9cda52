#include "jobs/scores/output_scores.hpp"

#include "common/or_null.hpp"
#include "jobs/models/decisions.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dk {

namespace {

double ratio(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

label_score score_label(const std::vector<float>& outputs, const std::vector<float>& labels, const spec& auc) {
  label_score one;
  std::uint64_t said = 0;
  std::uint64_t both = 0;
  std::uint64_t right = 0;
  std::vector<float> there;
  for (std::size_t row = 0; row < outputs.size(); ++row) {
    const bool yes = is_yes(labels[row]);
    there.push_back(yes ? 1.0F : 0.0F);
    one.rows += yes;
    said += is_yes(outputs[row]);
    both += yes && is_yes(outputs[row]);
    right += yes == is_yes(outputs[row]);
  }
  one.accuracy = ratio(right, outputs.size());
  one.precision = ratio(both, said);
  one.recall = ratio(both, one.rows);
  one.f1 = ratio(2 * both, said + one.rows);
  one.auc = area_under_curve(outputs, there, auc);
  return one;
}

number_score score_number(const float* outputs, const float* labels, std::size_t rows, std::size_t wide) {
  const auto count = static_cast<double>(rows);
  double mean = 0;
  for (std::size_t row = 0; row < rows; ++row)
    mean += static_cast<double>(labels[row * wide]) / count;
  double absolute = 0;
  double squares = 0;
  double spread = 0;
  double parts = 0;
  bool any_zero = false;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto label = static_cast<double>(labels[row * wide]);
    const auto off = static_cast<double>(outputs[row * wide]) - label;
    absolute += std::abs(off);
    squares += off * off;
    spread += (label - mean) * (label - mean);
    any_zero = any_zero || label == 0;
    parts += std::abs(off / label);
  }
  number_score one{absolute / count, std::sqrt(squares / count), {}, {}};
  if (spread > 0)
    one.r2 = 1 - squares / spread;
  if (!any_zero)
    one.mape = 100 * parts / count;
  return one;
}

std::string label_called(std::size_t which, const std::vector<std::string>& names) {
  return which < names.size() ? names[which] : std::to_string(which);
}

std::size_t room_for(const char* head, std::size_t count, const std::vector<std::string>& names) {
  auto room = std::string{head}.size();
  for (std::size_t i = 0; i < count; ++i)
    room = std::max(room, label_called(i, names).size());
  return room;
}

std::string score_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "-";
}

} // namespace

std::vector<label_score> score_labels(const std::vector<float>& outputs, const std::vector<float>& labels,
                                      std::size_t wide, const spec& auc) {
  std::vector<label_score> all;
  for (std::size_t i = 0; i < wide; ++i) {
    std::vector<float> own;
    std::vector<float> right;
    for (auto at = i; at < outputs.size(); at += wide) {
      own.push_back(outputs[at]);
      right.push_back(labels[at]);
    }
    all.push_back(score_label(own, right, auc));
  }
  return all;
}

std::vector<number_score> score_numbers(const float* outputs, const float* labels, std::size_t rows, std::size_t wide) {
  std::vector<number_score> all;
  for (std::size_t i = 0; i < wide; ++i)
    all.push_back(score_number(outputs + i, labels + i, rows, wide));
  return all;
}

nlohmann::json to_json(const std::vector<label_score>& from, const std::vector<std::string>& names) {
  auto all = nlohmann::json::array();
  for (std::size_t i = 0; i < from.size(); ++i)
    all.push_back({{"label", label_called(i, names)},
                   {"rows", from[i].rows},
                   {"accuracy", from[i].accuracy},
                   {"precision", from[i].precision},
                   {"recall", from[i].recall},
                   {"f1", from[i].f1},
                   {"auc", or_null(from[i].auc)}});
  return all;
}

nlohmann::json to_json(const std::vector<number_score>& from, const std::vector<std::string>& names) {
  auto all = nlohmann::json::array();
  for (std::size_t i = 0; i < from.size(); ++i)
    all.push_back({{"label", label_called(i, names)},
                   {"mae", from[i].mae},
                   {"rmse", from[i].rmse},
                   {"r2", or_null(from[i].r2)},
                   {"mape", or_null(from[i].mape)}});
  return all;
}

std::string to_text(const std::vector<label_score>& from, const std::vector<std::string>& names) {
  const auto room = room_for("label", from.size(), names);
  auto text = fmt::format("  {:<{}}  {:>9}  {:>8}  {:>9}  {:>6}  {:>6}  {:>6}\n", "label", room, "rows", "accuracy",
                          "precision", "recall", "F1", "AUC");
  for (std::size_t i = 0; i < from.size(); ++i)
    text += fmt::format("  {:<{}}  {:>9}  {:>8.4f}  {:>9.4f}  {:>6.4f}  {:>6.4f}  {:>6}\n", label_called(i, names),
                        room, from[i].rows, from[i].accuracy, from[i].precision, from[i].recall, from[i].f1,
                        from[i].auc ? fmt::format("{:.4f}", *from[i].auc) : "-");
  return text;
}

std::string to_text(const std::vector<number_score>& from, const std::vector<std::string>& names) {
  const auto room = room_for("label", from.size(), names);
  auto text = fmt::format("  {:<{}}  {:>12}  {:>12}  {:>9}  {:>9}\n", "label", room, "MAE", "RMSE", "R2", "MAPE, %");
  for (std::size_t i = 0; i < from.size(); ++i)
    text +=
        fmt::format("  {:<{}}  {:>12}  {:>12}  {:>9}  {:>9}\n", label_called(i, names), room, score_text(from[i].mae),
                    score_text(from[i].rmse), score_text(from[i].r2), score_text(from[i].mape));
  return text;
}

} // namespace dk
