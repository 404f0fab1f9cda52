#pragma once

#include "data/needed.hpp"
#include "jobs/models/known_model.hpp"
#include "nn/model/answer_kind.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dk {

/// What one output of a model answers.
struct output_meaning {
  std::string name; ///< of its layer
  std::size_t size = 1;
  nn::answer_kind kind = nn::answer_kind::numbers;
  std::vector<std::string> classes; ///< of a choice, or of one yes or no: what they are called; none: by their numbers
  std::vector<std::string> labels;  ///< of several numbers: what each is called; none: by its place
  std::size_t first_label = 0;      ///< where its labels begin in a row of all
  std::size_t label_width = 1;      ///< and how many they are
};

/// Each output, by the loss, the labels and the transforms of the run; of a model file by its own loss.
std::vector<output_meaning> outputs_of(const known_model& model);

/// The transforms that the label has been through, the last first.
std::vector<data::column_step> label_way(const known_model& model);

/// Numbers of a row of labels, `wide` of them, as they were before the transforms, as far as these can be undone: what
/// cannot be ends it. @throws failure (data, checkpoint)
block in_label_units(const std::vector<data::column_step>& way, const block& labels, std::size_t wide);

} // namespace dk
