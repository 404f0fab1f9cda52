#include "nn/metric_set.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <algorithm>
#include <functional>

namespace dk::nn {

metric_set::metric_set(const std::vector<spec>& wanted, const objective& losses, const output_losses& of,
                       const std::vector<std::string>& outputs)
    : outputs_(outputs) {
  const bool several = outputs.size() > 1;
  losses_.resize(several ? outputs.size() : 0);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (const auto& metric : wanted) {
      check_metric(metric);
      if (metric.name == "accuracy" && (!several || of.answers_of(i) == answer_kind::numbers))
        continue;
      const metric_use use{of.size_of_output(i), of.label_width_of(i), find_loss(losses.loss_of(i).name).exclusive};
      part made{next_name((several ? outputs[i] + "_" : "") + metric.name),
                i,
                find_metric(metric.name).make(metric, use),
                {}};
      made.counters.resize(made.what->counters());
      parts_.push_back(std::move(made));
    }
}

// "auc", and "auc_1" for another one, with other keys.
std::string metric_set::next_name(const std::string& name) const {
  const auto is_taken = [&](const std::string& wanted) {
    return std::any_of(parts_.begin(), parts_.end(), [&](const part& one) { return one.name == wanted; });
  };
  auto next = name;
  for (std::size_t number = 1; is_taken(next); ++number)
    next = name + "_" + std::to_string(number);
  return next;
}

void metric_set::add(std::size_t output, const float* predictions, const float* labels, const loss_sums& found) {
  if (!losses_.empty())
    losses_[output] += found;
  for (auto& one : parts_)
    if (one.output == output)
      one.what->count(predictions, labels, static_cast<std::size_t>(found.rows), one.counters.data());
}

metric_counts metric_set::counts() const {
  metric_counts all{losses_, {}};
  for (const auto& one : parts_)
    all.counters.insert(all.counters.end(), one.counters.begin(), one.counters.end());
  return all;
}

void metric_set::add(const metric_counts& others) {
  std::size_t wanted = 0;
  for (const auto& one : parts_)
    wanted += one.counters.size();
  if (others.losses.size() != losses_.size() || others.counters.size() != wanted)
    throw failure{errc::shape, "counts of other metrics cannot be added"};
  for (std::size_t i = 0; i < losses_.size(); ++i)
    losses_[i] += others.losses[i];
  auto from = others.counters.begin();
  for (auto& one : parts_)
    for (auto& counter : one.counters)
      counter += *from++;
}

std::vector<std::pair<std::string, double>> metric_set::values() const {
  std::vector<std::pair<std::string, double>> all;
  for (std::size_t i = 0; i < losses_.size(); ++i)
    all.emplace_back(outputs_[i] + "_loss", losses_[i].loss());
  for (const auto& one : parts_)
    all.emplace_back(one.name, one.what->value(one.counters.data()));
  return all;
}

} // namespace dk::nn
