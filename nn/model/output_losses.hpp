#pragma once

#include "common/label_range.hpp"
#include "nn/buffer.hpp"
#include "nn/loss.hpp"
#include "nn/model/network.hpp"
#include "nn/objective.hpp"

#include <memory>
#include <vector>

namespace dk::nn {

/// The losses of a model's outputs. A row of labels holds those of the first output, then those of the second, and so
/// on: as many numbers as the output has, or one class number where the loss takes that.
class output_losses {
public:
  /// What an objective is for: outputs of these sizes, and rows of labels.
  struct use {
    std::vector<std::size_t> sizes;
    std::size_t label_width = 0;
    std::vector<bool> fused; ///< whether the loss applies the final activation of each output
    std::vector<answer_kind> answers;
  };

  /// The fused activation of each output's loss; "" for none. @throws failure (config) when the losses are not as many
  static std::vector<std::string_view> fused_activations(const objective& wanted, std::size_t outputs);

  /// `place` of an output begins its errors. @throws failure (shape) when outputs and labels do not fit together
  output_losses(const objective& wanted, const use& how, const std::vector<std::string>& places);

  /// The weighted sum of the losses over `rows` rows, and, unless `gradients` is null, each gradient <- d(loss sum /
  /// rows)/d(output). Correct are those of the first output. @param weights of each row, or null: 1
  /// @throws failure (data) for a label that names no class
  loss_sums evaluate(const std::vector<const float*>& outputs, const float* labels, const float* weights,
                     std::size_t rows, const std::vector<float*>* gradients);

  /// The same of outputs that lie side by side in each row.
  loss_sums evaluate(const float* rows_of_outputs, const float* labels, const float* weights, std::size_t rows);

  /// What a row of labels may hold, from its first number to its last.
  std::vector<label_part> label_parts() const;

  std::size_t size() const { return parts_.size(); }

  /// Numbers of a row in an output, and in its labels.
  std::size_t size_of_output(std::size_t output) const { return parts_[output].size; }
  std::size_t label_width_of(std::size_t output) const { return parts_[output].label_width; }
  answer_kind answers_of(std::size_t output) const { return parts_[output].answers; }

  /// Of one output in the last evaluate: what was found, before it was weighted, and the rows that were looked at.
  const loss_sums& found_for(std::size_t output) const { return parts_[output].found; }
  const float* labels_of(std::size_t output) const { return parts_[output].last_labels; }
  const float* outputs_of(std::size_t output) const { return parts_[output].last_outputs; }

private:
  struct part {
    std::unique_ptr<loss_function> loss;
    const loss_kind* kind = nullptr;
    double weight = 1;
    std::size_t size = 0;        // numbers of a row in the output
    std::size_t label_width = 0; // and in its labels
    answer_kind answers = answer_kind::choice;
    buffer labels;
    buffer outputs;
    loss_sums found;
    const float* last_labels = nullptr;
    const float* last_outputs = nullptr;
  };

  std::vector<part> parts_;
  std::size_t label_width_ = 0;
  std::vector<const float*> outputs_; // of rows that were taken apart
};

} // namespace dk::nn
