#include "nn/model/network.hpp"

#include "common/random.hpp"
#include "nn/kernels/columns.hpp"
#include "nn/kernels/sum_rows.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <utility>

namespace dk::nn {

network::network(const architecture& from) : wires_(wire(from)), input_size_(size_of(from.input)) {
  for (const auto& input : wires_.inputs)
    values_.push_back({size_of(input.extents), false, 0, nullptr});
  pieces_.resize(wires_.inputs.size());
  add_layers(from);
  for (const auto output : wires_.outputs) {
    ++values_[output].readers;
    output_sizes_.push_back(values_[output].size);
    output_places_.push_back(who(from, output - wires_.inputs.size()));
  }
}

void network::add_layers(const architecture& from) {
  auto made = make_layers(from);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto weights = weights_of(*made[i]);
    const auto output = size_of(made[i]->output());
    bool is_trained = weights > 0 && !made[i]->is_frozen();
    std::size_t read = 0;
    for (const auto source : wires_.sources[i]) {
      is_trained = is_trained || values_[source].is_trained;
      ++values_[source].readers;
      read += values_[source].size;
    }
    widest_ = std::max({widest_, output, read});
    const auto first = split_.add(weights, made[i]->is_frozen());
    stages_.push_back({std::move(made[i]), first, {}, {}, nullptr});
    values_.push_back({output, is_trained, 0, nullptr});
  }
}

void network::initialize(float* free, float* frozen, std::uint64_t seed) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    random_stream random{derive_seed(seed, purpose::initial_weights, {i})};
    const auto& layer = *stages_[i].what;
    layer.initialize((layer.is_frozen() ? frozen : free) + stages_[i].first, random);
  }
}

void network::seed_dropout(std::uint64_t seed) {
  for (std::size_t i = 0; i < stages_.size(); ++i)
    stages_[i].what->seed(derive_seed(seed, purpose::dropout, {i}));
}

bool network::leave_activation(std::size_t output, std::string_view name) {
  const auto value = wires_.outputs[output];
  return values_[value].readers == 1 && stages_[value - wires_.inputs.size()].what->leave_activation(name);
}

void network::reserve(std::size_t rows) {
  rows_ = std::max(rows_, rows);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const auto& sources = wires_.sources[i];
    stages_[i].y.reserve(rows * values_[wires_.value_of(i)].size);
    std::size_t read = 0;
    for (const auto source : sources)
      read += values_[source].size;
    if (sources.size() > 1)
      stages_[i].joined.reserve(rows * read);
  }
  if (pieces_.size() > 1)
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      pieces_[i].reserve(rows * values_[i].size);
}

void network::cut(const float* x, std::size_t rows) {
  if (pieces_.size() == 1) {
    values_[0].at = x;
    return;
  }
  std::size_t first = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    take_columns(x, rows, input_size_, first, values_[i].size, pieces_[i].data());
    values_[i].at = pieces_[i].data();
    first += values_[i].size;
  }
}

const float* network::read(std::size_t layer, std::size_t rows) {
  const auto& sources = wires_.sources[layer];
  if (sources.size() == 1)
    return values_[sources.front()].at;
  auto* to = stages_[layer].joined.data();
  for (const auto source : sources)
    to = std::copy_n(values_[source].at, rows * values_[source].size, to);
  return stages_[layer].joined.data();
}

void network::run(const weights_view& weights, const float* x, std::size_t rows, bool training) {
  cut(x, rows);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    auto& at = stages_[i];
    auto& result = values_[wires_.value_of(i)].at;
    at.x = read(i, rows);
    result = at.x;
    if (at.what->is_identity(training))
      continue;
    if (training)
      at.what->forward(at.weights(weights), at.x, rows, at.y.data());
    else
      at.what->infer(at.weights(weights), at.x, rows, at.y.data());
    result = at.y.data();
  }
}

std::size_t network::take_slot() {
  if (free_.empty()) {
    free_.push_back(slots_.size());
    slots_.emplace_back();
    free_.reserve(slots_.size() + 1);
  }
  const auto slot = free_.back();
  free_.pop_back();
  slots_[slot].reserve(rows_ * widest_);
  return slot;
}

float* network::gradient_of(std::size_t output) {
  auto& slot = values_[wires_.outputs[output]].gradient;
  if (slot == none)
    slot = take_slot();
  return slots_[slot].data();
}

// Several readers of a value add up their gradients, the last layer's first.
void network::add_gradient(std::size_t value, std::size_t slot, std::size_t rows) {
  auto& to = values_[value];
  if (!to.is_trained)
    return free_slot(slot);
  if (to.gradient == none) {
    to.gradient = slot;
    return;
  }
  add_to(slots_[to.gradient].data(), slots_[slot].data(), rows * to.size);
  free_slot(slot);
}

void network::pass_on(std::size_t layer, std::size_t dx, std::size_t rows) {
  const auto& sources = wires_.sources[layer];
  if (sources.size() == 1)
    return add_gradient(sources.front(), dx, rows);
  std::size_t first = 0;
  for (const auto source : sources) {
    const auto count = rows * values_[source].size;
    if (values_[source].is_trained) {
      const auto piece = take_slot();
      std::copy_n(slots_[dx].data() + first, count, slots_[piece].data());
      add_gradient(source, piece, rows);
    }
    first += count;
  }
  free_slot(dx);
}

// From the last layer up; above the first that has free weights nobody asks for gradients.
void network::backward(const weights_view& weights, std::size_t rows, gradient_sink& sink) {
  for (std::size_t i = stages_.size(); i-- > 0;) {
    auto& at = stages_[i];
    auto& result = values_[wires_.value_of(i)];
    const auto dy = std::exchange(result.gradient, none);
    if (dy == none)
      continue;
    if (!result.is_trained) {
      free_slot(dy);
      continue;
    }
    const auto& sources = wires_.sources[i];
    if (at.what->is_identity(true)) {
      add_gradient(sources.front(), dy, rows);
      continue;
    }
    const bool asked =
        std::any_of(sources.begin(), sources.end(), [&](std::size_t source) { return values_[source].is_trained; });
    const auto dx = asked ? take_slot() : none;
    at.what->backward({at.weights(weights), at.first, rows, at.x, at.y.data(), slots_[dy].data(),
                       asked ? slots_[dx].data() : nullptr, at.what->is_frozen() ? nullptr : &sink});
    free_slot(dy);
    if (asked)
      pass_on(i, dx, rows);
  }
}

} // namespace dk::nn
