#pragma once

#include "nn/keys.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// The output that a metric looks at.
struct metric_use {
  std::size_t width = 0;       ///< outputs of a row
  std::size_t label_width = 0; ///< numbers in a row's label: `width` of them, or a class number
  bool exclusive = true;       ///< a row belongs to one class; else each output decides for itself, at 0.5

  /// Whether outputs of a row compete for its class. Else there is one decision for each output.
  bool is_choice() const { return exclusive && width > 1; }

  bool has_class_numbers() const { return label_width == 1 && width > 1; }
};

/// A number that says how well a model does, from counters that add up over batches and workers, in any order and
/// exactly.
class metric {
public:
  virtual ~metric() = default;
  virtual std::size_t counters() const = 0;

  /// Counts rows of predictions, the final activation applied, and their labels.
  virtual void count(const float* outputs, const float* labels, std::size_t rows, std::uint64_t* counters) const = 0;

  /// What the counters stand for; 0 where nothing was counted that it could be told from.
  virtual double value(const std::uint64_t* counters) const = 0;
};

/// What the catalog knows about a metric.
struct metric_kind {
  std::string_view name; ///< in the config
  std::vector<key_rule> keys;
  /// Requires keys that were checked. @throws failure (shape) where an output of this kind has no such metric
  std::unique_ptr<metric> (*make)(const spec& from, const metric_use& use);
  std::vector<std::string_view> keras_names; ///< what Keras calls it, in small letters with underscores
};

} // namespace dk::nn
