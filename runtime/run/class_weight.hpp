#pragma once

#include "data/dataset.hpp"
#include "runtime/config/job.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dk {

/// `trainer.class_weight`: what the rows of each class count for in the loss. Sees all training rows, some at a time,
/// and then says what the weight of a row is multiplied with.
class class_weights {
public:
  /// Borrows the job. @param names of the classes, where they have any
  class_weights(const job& which, std::vector<std::string> names) : which_(which), names_(std::move(names)) {}

  /// Whether the job asks for any.
  bool is_on() const { return !which_.trainer.class_weight.is_null(); }

  /// Counts the rows of each class. @throws failure (config) for a job whose labels are no classes, or for weights of
  /// other classes than it has; (data) for a label that is none
  void see(const data::dataset& rows);

  /// Of a row with this label, which was seen. @throws failure (config) for weights that float32 cannot hold
  float factor(const float* label);

  /// Multiplies the weights of rows in memory, which were seen.
  void apply(data::dataset& to);

private:
  void begin(std::size_t label_width);
  std::vector<double> listed() const;
  std::vector<double> by_name() const;
  std::vector<double> balanced() const;
  std::size_t class_named(const std::string& name) const;
  std::size_t class_of(const float* label) const;

  const job& which_;
  std::vector<std::string> names_;
  std::size_t label_width_ = 0;
  std::size_t classes_ = 0;
  std::vector<double> weights_;
  std::vector<std::uint64_t> counts_;
};

} // namespace dk
