#include "nn/model/model.hpp"

#include "common/error.hpp"
#include "common/simd.hpp"
#include "nn/kernels/columns.hpp"
#include "nn/model/answer_kind.hpp"
#include "nn/parts/activation.hpp"

#include <algorithm>
#include <utility>

namespace dk::nn {

namespace {

DK_CLONES void move_values(const float* __restrict from, const float* __restrict to, float* __restrict w,
                           std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    w[i] = to[i] + (w[i] - from[i]);
}

} // namespace

model::model(const nn::architecture& from, const objective& loss, std::size_t label_width)
    : architecture_(from), objective_(loss), network_(from), label_width_(label_width) {
  add_weights();
  choose_losses();
}

model::~model() = default;
model::model(model&&) noexcept = default;
model& model::operator=(model&&) noexcept = default;

void model::add_weights() {
  std::size_t free = 0;
  std::size_t frozen = 0;
  for (std::size_t i = 0; i < num_layers(); ++i)
    for (const auto& array : layer_at(i).arrays()) {
      const bool is_frozen = layer_at(i).is_frozen();
      auto& at = is_frozen ? frozen : free;
      add_array(array, is_frozen, at);
      at += size_of(array.extents);
    }
  weights_.reserve(num_weights());
  std::fill_n(weights_.data(), num_weights(), 0.0F);
  block_writer zeros{num_frozen()};
  std::fill_n(zeros.data(), num_frozen(), 0.0F);
  frozen_ = std::move(zeros).done();
}

void model::add_array(const weight_array& array, bool is_frozen, std::size_t at) {
  const auto size = size_of(array.extents);
  if (array.regularizer.any())
    (is_frozen ? frozen_penalties_ : penalties_).push_back({at, size, array.regularizer});
  if (is_frozen)
    return;
  array_sizes_.push_back(size);
  all_trained_ = all_trained_ && array.trained;
}

void model::choose_losses() {
  output_losses::use how{network_.output_sizes(), label_width_, {}, {}};
  std::vector<std::string> places;
  const auto names = output_losses::fused_activations(objective_, how.sizes.size());
  how.answers = answer_kinds(architecture_, objective_);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool there = !names[i].empty() && network_.leave_activation(i, names[i]);
    const bool on_logits = value_or(objective_.loss_of(i), "from_logits", false);
    if (there && on_logits)
      throw failure{errc::config, network_.output_place(i) + "the activation is " + std::string{names[i]} +
                                      ", so that the outputs are no logits, which " + objective_.loss_of(i).name +
                                      " with from_logits = true takes; leave from_logits out, or the activation"};
    const bool fused = there && !on_logits;
    how.fused.push_back(fused);
    left_.push_back(fused ? &find_activation(names[i]) : nullptr);
    places.push_back(network_.output_place(i) + "the output: ");
    output_size_ += how.sizes[i];
  }
  losses_ = std::make_unique<output_losses>(objective_, how, places);
  outputs_.resize(names.size());
  gradients_.resize(names.size());
}

void model::adopt(std::size_t offset, const block& slice) {
  if (offset > num_weights() || slice.size() > num_weights() - offset)
    throw failure{errc::shape, "the model has " + std::to_string(num_weights()) + " weights, but was given " +
                                   std::to_string(slice.size()) + " from " + std::to_string(offset) + " on"};
  weights_.reserve(num_weights());
  std::copy(slice.begin(), slice.end(), weights() + offset);
}

void model::move(std::size_t offset, const block& from, const block& to) {
  if (offset > num_weights() || to.size() > num_weights() - offset)
    throw failure{errc::shape, "the model has " + std::to_string(num_weights()) + " weights, but was to move " +
                                   std::to_string(to.size()) + " from " + std::to_string(offset) + " on"};
  move_values(from.data(), to.data(), weights() + offset, to.size());
}

void model::initialize(std::uint64_t seed) {
  block_writer frozen{num_frozen()};
  network_.initialize(weights(), frozen.data(), seed);
  frozen_ = std::move(frozen).done();
}

block model::all_weights() const {
  const auto& split = network_.weights();
  return split.join(block::copy_of(weights(), num_weights()), frozen_);
}

void model::set_frozen(const block& weights) {
  if (weights.size() != num_frozen())
    throw failure{errc::shape, "the model has " + std::to_string(num_frozen()) + " frozen weights, but was given " +
                                   std::to_string(weights.size())};
  frozen_ = weights;
}

void model::set_all_weights(const block& weights) {
  const auto& split = network_.weights();
  adopt(0, split.free_of(weights));
  frozen_ = split.frozen_of(weights);
}

void model::seed_dropout(std::uint64_t seed) {
  network_.seed_dropout(seed);
}

void model::forward(const float* x, std::size_t rows, bool training) {
  network_.run(view(), x, rows, training);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    outputs_[i] = network_.output(i);
}

loss_sums model::compute_gradient(const batch_view& batch) {
  if (gradient_.data() == nullptr) { // who updates the weights at once needs none
    gradient_.reserve(num_weights());
    std::fill_n(gradient_.data(), num_weights(), 0.0F);
  }
  keep_gradient sink{gradient_.data(), moves_};
  return forward_and_backward(batch, sink);
}

loss_sums model::train_on_batch(const batch_view& batch, optimizer& with) {
  if (with.num_weights() != num_weights())
    throw failure{errc::shape, "the optimizer was made for " + std::to_string(with.num_weights()) +
                                   " weights, the model has " + std::to_string(num_weights())};
  if (batch.rows == 0)
    return {};
  if (with.needs_norm()) {
    const auto sums = compute_gradient(batch);
    with.apply(weights(), gradient(), array_sizes_);
    for (const auto& [first, count, to] : moves_)
      std::copy_n(to, count, weights() + first);
    return sums;
  }
  with.begin_step();
  update_weights sink{with, weights(), piece_};
  return forward_and_backward(batch, sink);
}

loss_sums model::forward_and_backward(const batch_view& batch, gradient_sink& sink) {
  if (batch.rows == 0)
    return {};
  network_.reserve(batch.rows);
  forward(batch.features, batch.rows, true);
  for (std::size_t i = 0; i < gradients_.size(); ++i)
    gradients_[i] = network_.gradient_of(i);
  auto sums = losses_->evaluate(outputs_, batch.labels, batch.weights, batch.rows, &gradients_);
  sums.loss_sum += penalty_cost() * static_cast<double>(batch.rows);
  if (penalties_.empty()) {
    network_.backward(view(), batch.rows, sink);
    return sums;
  }
  add_penalties with_penalties{penalties_, weights(), sink};
  network_.backward(view(), batch.rows, with_penalties);
  return sums;
}

double model::penalty_cost() const {
  double cost = 0;
  for (const auto& [first, size, factors] : penalties_)
    cost += cost_of(factors, weights() + first, size);
  for (const auto& [first, size, factors] : frozen_penalties_)
    cost += cost_of(factors, frozen_.data() + first, size);
  return cost;
}

// What the last forward gave for one output, with the activation that was left to the loss.
const float* model::answer(std::size_t output, std::size_t rows) {
  if (left_[output] == nullptr)
    return outputs_[output];
  const auto size = output_sizes()[output];
  answer_.reserve(rows * size);
  std::copy_n(outputs_[output], rows * size, answer_.data());
  left_[output]->apply(answer_.data(), nullptr, rows, size);
  return answer_.data();
}

void model::put_answers(std::size_t rows, float* outputs) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto size = output_sizes()[i];
    put_columns(answer(i, rows), rows, output_size_, first, size, outputs);
    first += size;
  }
}

void model::predict(const float* features, std::size_t rows, float* outputs) {
  network_.reserve(std::min(rows, rows_at_once));
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - from);
    forward(features + from * input_size(), count, false);
    put_answers(count, outputs + from * output_size_);
  }
}

metric_set model::metric_set_of(const std::vector<spec>& wanted) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    names.push_back(network_.output_name(i));
  return {wanted, objective_, *losses_, names};
}

loss_sums model::evaluate(const float* features, const float* labels, std::size_t rows, metric_set* others,
                          float* outputs, const float* row_weights) {
  network_.reserve(std::min(rows, rows_at_once));
  loss_sums sums;
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - from);
    forward(features + from * input_size(), count, false);
    const auto* const weights_here = row_weights == nullptr ? nullptr : row_weights + from;
    sums += losses_->evaluate(outputs_, labels + from * label_width_, weights_here, count, nullptr);
    for (std::size_t i = 0; others != nullptr && i < outputs_.size(); ++i)
      others->add(i, answer(i, count), losses_->labels_of(i), losses_->found_for(i));
    if (outputs != nullptr)
      put_answers(count, outputs + from * output_size_);
  }
  sums.loss_sum += penalty_cost() * static_cast<double>(rows);
  return sums;
}

} // namespace dk::nn
