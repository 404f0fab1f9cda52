#include "nn/model.hpp"

#include "common/error.hpp"
#include "common/simd.hpp"
#include "nn/activation.hpp"
#include "nn/catalog.hpp"
#include "nn/stack.hpp"

#include <algorithm>
#include <utility>

namespace dk::nn {

namespace {

// Rows per pass when predicting: enough for the products, few enough for the caches.
constexpr std::size_t rows_at_once = 256;

/// Keeps the whole gradient, and where weights that are not trained go.
class keep_gradient final : public gradient_sink {
public:
  keep_gradient(float* gradient, std::vector<movement>& moves) : gradient_(gradient), moves_(moves) { moves_.clear(); }
  float* room(std::size_t first, std::size_t) override { return gradient_ + first; }
  void done(std::size_t, std::size_t) override {}
  void done(std::size_t first, const small_batch_gradient& gradient) override { store(gradient, gradient_ + first); }

  void moved(std::size_t first, std::size_t count, const float* to) override {
    std::fill_n(gradient_ + first, count, 0.0F);
    moves_.push_back({first, count, to});
  }

private:
  float* gradient_;
  std::vector<movement>& moves_;
};

/// Updates the weights of each piece at once and forgets its gradient.
class update_weights final : public gradient_sink {
public:
  update_weights(optimizer& with, float* weights, buffer& piece) : with_(with), weights_(weights), piece_(piece) {}

  float* room(std::size_t, std::size_t count) override {
    piece_.reserve(count);
    return piece_.data();
  }

  void done(std::size_t first, std::size_t count) override {
    with_.apply_slice(first, count, weights_ + first, piece_.data());
  }

  void done(std::size_t first, const small_batch_gradient& gradient) override {
    with_.apply_small_batch(first, weights_ + first, gradient);
  }

  void moved(std::size_t first, std::size_t count, const float* to) override {
    std::copy_n(to, count, weights_ + first);
  }

private:
  optimizer& with_;
  float* weights_;
  buffer& piece_;
};

/// Adds what the penalties of a piece's weights contribute, before the piece goes on.
class add_penalties final : public gradient_sink {
public:
  add_penalties(const std::vector<penalised>& penalties, const float* weights, gradient_sink& next)
      : penalties_(penalties), weights_(weights), next_(next) {}

  float* room(std::size_t first, std::size_t count) override { return gradient_ = next_.room(first, count); }

  void done(std::size_t first, std::size_t count) override {
    for (const auto& [from, size, factors] : penalties_) {
      const auto begin = std::max(first, from);
      const auto end = std::min(first + count, from + size);
      if (begin < end)
        add_gradient(factors, weights_ + begin, end - begin, gradient_ + (begin - first));
    }
    next_.done(first, count);
  }

  void done(std::size_t first, const small_batch_gradient& gradient) override {
    const auto count = gradient.in * gradient.out;
    store(gradient, room(first, count));
    done(first, count);
  }

  void moved(std::size_t first, std::size_t count, const float* to) override { next_.moved(first, count, to); }

private:
  const std::vector<penalised>& penalties_;
  const float* weights_;
  gradient_sink& next_;
  float* gradient_ = nullptr; // the room that was given last
};

DK_CLONES void move_values(const float* __restrict from, const float* __restrict to, float* __restrict w,
                           std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    w[i] = to[i] + (w[i] - from[i]);
}

} // namespace

model::model(const nn::architecture& from, std::string_view loss, std::size_t label_width)
    : architecture_(from), loss_name_(loss), label_width_(label_width), input_size_(size_of(from.input)) {
  add_layers();
  choose_loss();
  weights_.reserve(num_weights_);
  gradient_.reserve(num_weights_);
  std::fill_n(weights_.data(), num_weights_, 0.0F);
  std::fill_n(gradient_.data(), num_weights_, 0.0F);
}

model::~model() = default;
model::model(model&&) noexcept = default;
model& model::operator=(model&&) noexcept = default;

void model::add_layers() {
  auto made = make_layers(architecture_);
  first_trained_ = made.size();
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto weights = weights_of(*made[i]);
    auto at = num_weights_;
    for (const auto& array : made[i]->arrays()) {
      const auto size = size_of(array.extents);
      array_sizes_.push_back(size);
      all_trained_ = all_trained_ && array.trained;
      if (array.regularizer.any())
        penalties_.push_back({at, size, array.regularizer});
      at += size;
    }
    const auto output = size_of(made[i]->output());
    if (weights > 0)
      first_trained_ = std::min(first_trained_, i);
    layers_.push_back({std::move(made[i]), num_weights_, output, {}, nullptr});
    num_weights_ += weights;
    widest_ = std::max(widest_, output);
  }
  output_size_ = layers_.back().output;
}

void model::choose_loss() {
  const auto& kind = find_loss(loss_name_);
  auto& last = layers_.back();
  fused_ = !kind.fused_activation.empty() && last.what->leave_activation(kind.fused_activation);
  try {
    loss_ = kind.make({output_size_, label_width_, fused_});
  } catch (const failure& why) {
    throw failure{why.code(), "layer " + std::to_string(layers_.size() - 1) + " (" + architecture_.layers.back().name +
                                  "), the output: " + why.what()};
  }
}

void model::adopt(std::size_t offset, const block& slice) {
  if (offset > num_weights_ || slice.size() > num_weights_ - offset)
    throw failure{errc::shape, "the model has " + std::to_string(num_weights_) + " weights, but was given " +
                                   std::to_string(slice.size()) + " from " + std::to_string(offset) + " on"};
  weights_.reserve(num_weights_);
  std::copy(slice.begin(), slice.end(), weights() + offset);
}

void model::move(std::size_t offset, const block& from, const block& to) {
  if (offset > num_weights_ || to.size() > num_weights_ - offset)
    throw failure{errc::shape, "the model has " + std::to_string(num_weights_) + " weights, but was to move " +
                                   std::to_string(to.size()) + " from " + std::to_string(offset) + " on"};
  move_values(from.data(), to.data(), weights() + offset, to.size());
}

void model::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    random_stream random{derive_seed(seed, purpose::initial_weights, {i})};
    layers_[i].what->initialize(weights() + layers_[i].first, random);
  }
}

void model::seed_dropout(std::uint64_t seed) {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    layers_[i].what->seed(derive_seed(seed, purpose::dropout, {i}));
}

void model::reserve(std::size_t rows) {
  for (auto& at : layers_)
    at.y.reserve(rows * at.output);
}

const float* model::run(const float* x, std::size_t rows, bool training) {
  for (auto& at : layers_) {
    at.x = x;
    if (at.what->is_identity(training))
      continue;
    if (training)
      at.what->forward(weights() + at.first, x, rows, at.y.data());
    else
      at.what->infer(weights() + at.first, x, rows, at.y.data());
    x = at.y.data();
  }
  return x;
}

metrics model::compute_gradient(const batch_view& batch) {
  keep_gradient sink{gradient_.data(), moves_};
  return forward_and_backward(batch, sink);
}

metrics model::train_on_batch(const batch_view& batch, optimizer& with) {
  if (with.num_weights() != num_weights_)
    throw failure{errc::shape, "the optimizer was made for " + std::to_string(with.num_weights()) +
                                   " weights, the model has " + std::to_string(num_weights_)};
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

metrics model::forward_and_backward(const batch_view& batch, gradient_sink& sink) {
  if (batch.rows == 0)
    return {};
  reserve(batch.rows);
  for (auto& d : d_)
    d.reserve(batch.rows * widest_);
  const auto* outputs = run(batch.features, batch.rows, true);
  auto sums = loss_->evaluate(outputs, batch.labels, batch.rows, d_[0].data());
  if (penalties_.empty()) {
    backward(batch.rows, sink);
    return sums;
  }
  sums.loss_sum += penalty_cost() * static_cast<double>(batch.rows);
  add_penalties with_penalties{penalties_, weights(), sink};
  backward(batch.rows, with_penalties);
  return sums;
}

double model::penalty_cost() const {
  double cost = 0;
  for (const auto& [first, size, factors] : penalties_)
    cost += cost_of(factors, weights() + first, size);
  return cost;
}

// From the last layer down to the first that has weights: below it nobody asks for gradients.
void model::backward(std::size_t rows, gradient_sink& sink) {
  float* dy = d_[0].data();
  float* dx = d_[1].data();
  for (std::size_t i = layers_.size(); i-- > first_trained_;) {
    auto& at = layers_[i];
    if (at.what->is_identity(true))
      continue;
    at.what->backward(
        {weights() + at.first, at.first, rows, at.x, at.y.data(), dy, i == first_trained_ ? nullptr : dx, &sink});
    std::swap(dy, dx);
  }
}

void model::predict(const float* features, std::size_t rows, float* outputs) {
  reserve(std::min(rows, rows_at_once));
  const auto* final_activation = fused_ ? &find_activation(find_loss(loss_name_).fused_activation) : nullptr;
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - from);
    float* to = outputs + from * output_size_;
    std::copy_n(run(features + from * input_size_, count, false), count * output_size_, to);
    if (final_activation != nullptr)
      final_activation->apply(to, nullptr, count, output_size_);
  }
}

metrics model::evaluate(const float* features, const float* labels, std::size_t rows) {
  reserve(std::min(rows, rows_at_once));
  metrics sums;
  for (std::size_t from = 0; from < rows; from += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - from);
    const auto* outputs = run(features + from * input_size_, count, false);
    sums += loss_->evaluate(outputs, labels + from * label_width_, count, nullptr);
  }
  sums.loss_sum += penalty_cost() * static_cast<double>(rows);
  return sums;
}

} // namespace dk::nn
