#include "nn/model/output_losses.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/kernels/columns.hpp"

#include <algorithm>
#include <numeric>

namespace dk::nn {

namespace {

// The numbers of labels for each output: of one output all there are. Of several, sparse losses take one number, and
// categorical_crossentropy takes class numbers where the labels are too few for anything else.
std::vector<std::size_t> label_widths(const objective& wanted, const output_losses::use& how) {
  const auto outputs = how.sizes.size();
  if (outputs == 1)
    return {how.label_width};
  const auto widths = [&](bool with_class_numbers) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < outputs; ++i) {
      const auto& loss = find_loss(wanted.loss_of(i).name);
      const bool one =
          loss.labels == label_kind::class_number || (loss.labels == label_kind::either && with_class_numbers);
      all.push_back(one ? 1 : how.sizes[i]);
    }
    return all;
  };
  const auto sum = [](const std::vector<std::size_t>& all) {
    return std::accumulate(all.begin(), all.end(), std::size_t{0});
  };
  for (const bool with_class_numbers : {false, true})
    if (auto all = widths(with_class_numbers); sum(all) == how.label_width)
      return all;
  throw failure{errc::shape, "the model's " + std::to_string(outputs) + " outputs need " +
                                 std::to_string(sum(widths(false))) + " numbers in a row of labels, or " +
                                 std::to_string(sum(widths(true))) + " with class numbers; there are " +
                                 std::to_string(how.label_width)};
}

void scale(float* x, std::size_t count, float by) {
  std::for_each(x, x + count, [by](float& value) { value *= by; });
}

} // namespace

std::vector<std::string_view> output_losses::fused_activations(const objective& wanted, std::size_t outputs) {
  check_objective(wanted);
  const auto fits = [&](std::size_t count) { return count == outputs; };
  if (wanted.losses.size() != 1 && !fits(wanted.losses.size()))
    throw failure{errc::config, "the model has " + std::to_string(outputs) + " outputs, but there are " +
                                    std::to_string(wanted.losses.size()) +
                                    " losses; give one for each, or one for all"};
  if (!wanted.weights.empty() && !fits(wanted.weights.size()))
    throw failure{errc::config, "the model has " + std::to_string(outputs) + " outputs, but there are " +
                                    std::to_string(wanted.weights.size()) + " loss_weights; give one for each"};
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < outputs; ++i)
    names.push_back(find_loss(wanted.loss_of(i).name).fused_activation);
  return names;
}

output_losses::output_losses(const objective& wanted, const use& how, const std::vector<std::string>& places)
    : label_width_(how.label_width) {
  const auto widths = label_widths(wanted, how);
  for (std::size_t i = 0; i < how.sizes.size(); ++i) {
    try {
      part made;
      const auto& loss = wanted.loss_of(i);
      made.kind = &find_loss(loss.name);
      made.loss =
          made.kind->make({how.sizes[i], widths[i], how.fused[i], how.answers[i], value_or(loss, "from_logits", false),
                           static_cast<float>(value_or(loss, "label_smoothing", 0.0))});
      made.weight = wanted.weight_of(i);
      made.size = how.sizes[i];
      made.label_width = widths[i];
      made.answers = how.answers[i];
      parts_.push_back(std::move(made));
    } catch (const failure& why) {
      throw failure{why.code(), places[i] + why.what()};
    }
  }
}

loss_sums output_losses::evaluate(const std::vector<const float*>& outputs, const float* labels, const float* weights,
                                  std::size_t rows, const std::vector<float*>* gradients) {
  loss_sums sums;
  sums.rows = rows;
  std::size_t first = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    auto& at = parts_[i];
    at.last_labels = labels;
    at.last_outputs = outputs[i];
    if (parts_.size() > 1) {
      at.labels.reserve(rows * at.label_width);
      take_columns(labels, rows, label_width_, first, at.label_width, at.labels.data());
      first += at.label_width;
      at.last_labels = at.labels.data();
    }
    auto* const gradient = gradients == nullptr ? nullptr : (*gradients)[i];
    at.found = at.loss->evaluate(outputs[i], at.last_labels, weights, rows, gradient);
    if (gradient != nullptr && at.weight != 1)
      scale(gradient, rows * at.size, static_cast<float>(at.weight));
    sums.loss_sum += at.weight * at.found.loss_sum;
  }
  sums.correct = parts_.front().found.correct;
  sums.decisions = parts_.front().found.decisions;
  return sums;
}

loss_sums output_losses::evaluate(const float* rows_of_outputs, const float* labels, const float* weights,
                                  std::size_t rows) {
  outputs_.clear();
  std::size_t width = 0;
  for (const auto& at : parts_)
    width += at.size;
  std::size_t first = 0;
  for (auto& at : parts_) {
    if (parts_.size() > 1) {
      at.outputs.reserve(rows * at.size);
      take_columns(rows_of_outputs, rows, width, first, at.size, at.outputs.data());
    }
    outputs_.push_back(parts_.size() > 1 ? at.outputs.data() : rows_of_outputs);
    first += at.size;
  }
  return evaluate(outputs_, labels, weights, rows, nullptr);
}

std::vector<label_part> output_losses::label_parts() const {
  std::vector<label_part> all;
  for (const auto& at : parts_) {
    const bool is_class = at.kind->labels != label_kind::numbers && at.label_width == 1;
    all.push_back(
        {is_class ? label_range::class_number : at.kind->range, at.label_width, at.size, std::string{at.kind->name}});
  }
  return all;
}

} // namespace dk::nn
