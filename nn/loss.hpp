#pragma once

#include "common/label_range.hpp"
#include "nn/keys.hpp"
#include "nn/loss_sums.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace dk::nn {

/// A loss over rows of `width` outputs and rows of `label_width` numbers of labels.
class loss_function {
public:
  virtual ~loss_function() = default;

  /// The sums over `rows` rows, and, unless `gradient` is null, gradient <- d(loss sum / rows)/d(outputs).
  /// Where the loss was made `fused` or from logits, outputs are what goes into its activation. outputs and gradient do
  /// not overlap.
  /// @param weights of each row: what its loss is multiplied with; null: 1
  /// @throws failure (data) for a label that names no class
  virtual loss_sums evaluate(const float* outputs, const float* labels, const float* weights, std::size_t rows,
                             float* gradient) = 0;
};

/// What the numbers of an output say of a row.
enum class answer_kind {
  numbers, ///< what they are, as in a regression
  choice,  ///< the row is of the class whose number is the largest
  each,    ///< each by itself yes or no: yes above 0.5
};

/// How a loss is used in one model.
struct loss_use {
  std::size_t width = 0;       ///< outputs of a row
  std::size_t label_width = 0; ///< numbers in a row's label
  bool fused = false;          ///< the model's last activation is left to the loss
  answer_kind answers = answer_kind::choice;
  bool from_logits = false;  ///< outputs are what goes into the loss's activation, and nobody has applied it
  float label_smoothing = 0; ///< the part of a label that is spread evenly, as Keras does
};

/// What a loss takes for a label: as many numbers as there are outputs, the number of a class, or either.
enum class label_kind { numbers, class_number, either };

/// What the catalog knows about a loss.
struct loss_kind {
  std::string_view name; ///< in the config, and Keras's name
  std::string_view
      fused_activation; ///< the loss is more accurate when a final activation of this name is left to it; ""
  /// @throws failure (shape) when outputs and labels do not fit together
  std::unique_ptr<loss_function> (*make)(const loss_use& use);
  std::vector<std::string_view> keras_names; ///< what else Keras calls it, in small letters with underscores
  label_kind labels = label_kind::numbers;
  bool exclusive = true;                ///< a row belongs to one class; else each of its outputs decides for itself
  bool of_numbers = false;              ///< measures how far numbers are from each other
  label_range range = label_range::any; ///< of labels of as many numbers as there are outputs
};

/// Decisions that a row's outputs make, and adds those that are right: of a choice whether the largest output is where
/// the label's largest number is (of several equal ones the first counts), of each by itself whether it is above
/// `middle` just when its label is above 0.5.
void count_decisions(answer_kind answers, const float* outputs, const float* label, std::size_t width, float middle,
                     loss_sums& to);

/// The keys that a config or a file may have of a loss: from_logits where it has an activation that may be left to it,
/// and label_smoothing where labels are numbers besides.
std::vector<key_rule> keys_of_loss(const loss_kind& of);

/// Where the first of the largest numbers is.
std::size_t largest(const float* values, std::size_t width);

} // namespace dk::nn
