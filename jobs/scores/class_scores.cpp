#include "jobs/scores/class_scores.hpp"

#include "common/or_null.hpp"
#include "jobs/models/decisions.hpp"
#include "nn/catalog.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace dk {

namespace {

// What a row's outputs say of one class.
float output_for(const std::vector<float>& outputs, std::size_t wide, std::size_t row, std::size_t which) {
  if (wide > 1)
    return outputs[row * wide + which];
  return which == 1 ? outputs[row] : 1 - outputs[row];
}

bool are_probabilities(const std::vector<float>& outputs, std::size_t wide) {
  constexpr double tolerance = 1e-3;
  for (std::size_t at = 0; at < outputs.size(); at += wide) {
    double sum = 0;
    for (std::size_t i = at; i < at + wide; ++i) {
      if (!(outputs[i] >= 0 && outputs[i] <= 1))
        return false;
      sum += static_cast<double>(outputs[i]);
    }
    if (wide > 1 && std::abs(sum - 1) > tolerance)
      return false;
  }
  return true;
}

// The mean of -ln of what is said of the right class; probabilities of 0 count as 1e-15, as in scikit-learn.
double log_loss_of(const std::vector<float>& outputs, std::size_t wide, const std::vector<std::size_t>& labels) {
  constexpr double least = 1e-15;
  double sum = 0;
  for (std::size_t row = 0; row < labels.size(); ++row)
    sum -= std::log(std::max(least, static_cast<double>(output_for(outputs, wide, row, labels[row]))));
  return sum / static_cast<double>(labels.size());
}

double part(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

class_score score_class(const class_scores& of, std::size_t which) {
  class_score one;
  std::uint64_t said = 0;
  for (std::size_t i = 0; i < of.confusion.size(); ++i) {
    one.rows += of.confusion[which][i];
    said += of.confusion[i][which];
  }
  const auto right = of.confusion[which][which];
  one.precision = part(right, said);
  one.recall = part(right, one.rows);
  one.f1 = part(2 * right, said + one.rows);
  return one;
}

std::string name_of(std::size_t which, const std::vector<std::string>& names) {
  return which < names.size() ? names[which] : std::to_string(which);
}

std::string shown(const std::optional<double>& number) {
  return number ? fmt::format("{:.4f}", *number) : "-";
}

} // namespace

std::optional<std::vector<std::size_t>> label_classes(const float* labels, std::size_t rows, std::size_t width,
                                                      std::size_t classes) {
  std::vector<std::size_t> all(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto* const first = labels + row * width;
    const bool is_class =
        width > 1 || (*first >= 0 && *first < static_cast<float>(classes) && std::floor(*first) == *first);
    if (!is_class || (width > 1 && width != classes))
      return std::nullopt;
    all[row] = width > 1 ? greatest(first, width) : static_cast<std::size_t>(*first);
  }
  return all;
}

std::optional<double> area_under_curve(const std::vector<float>& score, const std::vector<float>& is_of_class,
                                       const spec& auc) {
  const auto inside = std::count(is_of_class.begin(), is_of_class.end(), 1.0F);
  if (inside == 0 || static_cast<std::size_t>(inside) == score.size())
    return std::nullopt;
  const auto metric = nn::find_metric("auc").make(auc, {1, 1, false});
  std::vector<std::uint64_t> counters(metric->counters());
  metric->count(score.data(), is_of_class.data(), score.size(), counters.data());
  return metric->value(counters.data());
}

class_scores score(const std::vector<float>& outputs, std::size_t wide, const std::vector<std::size_t>& labels,
                   const spec& auc) {
  const auto classes = std::max<std::size_t>(wide, 2);
  class_scores all;
  all.confusion.assign(classes, std::vector<std::uint64_t>(classes));
  const auto said = said_classes(outputs, wide);
  for (std::size_t row = 0; row < labels.size(); ++row)
    ++all.confusion[labels[row]][said[row]];
  for (std::size_t which = 0; which < classes; ++which) {
    all.classes.push_back(score_class(all, which));
    std::vector<float> own(labels.size());
    std::vector<float> is_of_class(labels.size());
    for (std::size_t row = 0; row < labels.size(); ++row) {
      own[row] = output_for(outputs, wide, row, which);
      is_of_class[row] = labels[row] == which ? 1.0F : 0.0F;
    }
    all.classes.back().auc = area_under_curve(own, is_of_class, auc);
  }
  if (are_probabilities(outputs, wide))
    all.log_loss = log_loss_of(outputs, wide, labels);
  return all;
}

nlohmann::json to_json(const class_scores& from, const std::vector<std::string>& names) {
  auto classes = nlohmann::json::array();
  for (std::size_t i = 0; i < from.classes.size(); ++i) {
    const auto& one = from.classes[i];
    classes.push_back({{"class", name_of(i, names)},
                       {"rows", one.rows},
                       {"precision", one.precision},
                       {"recall", one.recall},
                       {"f1", one.f1},
                       {"auc", or_null(one.auc)}});
  }
  return {{"log_loss", or_null(from.log_loss)}, {"confusion", from.confusion}, {"classes", classes}};
}

namespace {

// A line for the rows of each class, a column for each predicted class.
std::string confusion_text(const class_scores& from, const std::vector<std::string>& names, std::size_t room) {
  constexpr std::size_t least = 7; // of digits
  auto text = fmt::format("  {:<{}}  predicted\n", "", room) + fmt::format("  {:<{}}", "label", room);
  for (std::size_t i = 0; i < from.classes.size(); ++i)
    text += fmt::format("  {:>{}}", name_of(i, names), std::max(least, name_of(i, names).size()));
  for (std::size_t row = 0; row < from.classes.size(); ++row) {
    text += fmt::format("\n  {:<{}}", name_of(row, names), room);
    for (std::size_t i = 0; i < from.classes.size(); ++i)
      text += fmt::format("  {:>{}}", from.confusion[row][i], std::max(least, name_of(i, names).size()));
  }
  return text + '\n';
}

} // namespace

std::string to_text(const class_scores& from, const std::vector<std::string>& names) {
  std::string text;
  std::size_t room = 5;
  for (std::size_t i = 0; i < from.classes.size(); ++i)
    room = std::max(room, name_of(i, names).size());
  text += fmt::format("  {:<{}}  {:>9}  {:>9}  {:>6}  {:>6}  {:>6}\n", "class", room, "rows", "precision", "recall",
                      "F1", "AUC");
  for (std::size_t i = 0; i < from.classes.size(); ++i) {
    const auto& one = from.classes[i];
    text += fmt::format("  {:<{}}  {:>9}  {:>9.4f}  {:>6.4f}  {:>6.4f}  {:>6}\n", name_of(i, names), room, one.rows,
                        one.precision, one.recall, one.f1, shown(one.auc));
  }
  constexpr std::size_t most_columns = 20;
  if (from.classes.size() > most_columns)
    return text;
  return text + confusion_text(from, names, room);
}

} // namespace dk
