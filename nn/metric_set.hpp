#pragma once

#include "nn/metric.hpp"
#include "nn/model/output_losses.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dk::nn {

/// What a metric_set has counted, to be added up elsewhere.
struct metric_counts {
  std::vector<loss_sums> losses;       ///< of several outputs
  std::vector<std::uint64_t> counters; ///< of all metrics, one after the other
};

/// The metrics that a job names, over rows of predictions; of several outputs all metrics of each, and its loss.
class metric_set {
public:
  /// @param outputs their names, in order
  /// @throws failure (config, shape): an unknown metric, or one that an output of this kind has not
  metric_set(const std::vector<spec>& wanted, const objective& losses, const output_losses& of,
             const std::vector<std::string>& outputs);

  /// Counts rows of one output.
  void add(std::size_t output, const float* predictions, const float* labels, const loss_sums& found);

  metric_counts counts() const;

  /// Adds what others of the same metrics have counted. @throws failure (shape) for counts of other metrics
  void add(const metric_counts& others);

  /// By name: "auc" (and "auc_1" of a second with other keys), or "OUTPUT_auc" and "OUTPUT_loss" of several outputs.
  /// The accuracy of a single output is left out: loss_sums has it.
  std::vector<std::pair<std::string, double>> values() const;

private:
  struct part {
    std::string name;
    std::size_t output;
    std::unique_ptr<metric> what;
    std::vector<std::uint64_t> counters;
  };

  std::string next_name(const std::string& name) const;

  std::vector<std::string> outputs_;
  std::vector<loss_sums> losses_; // of several outputs
  std::vector<part> parts_;
};

} // namespace dk::nn
