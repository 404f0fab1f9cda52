#include "nn/catalog.hpp"

#include "common/error.hpp"
#include "nn/parts/schedule.hpp"

#include <algorithm>

// Everything that can be asked for by name, one line each: X(dense) stands for `dense_layer` in nn/layers/.
#define DK_LAYERS(X)                                                                                                   \
  X(dense)                                                                                                             \
  X(activation)                                                                                                        \
  X(leaky_relu)                                                                                                        \
  X(elu)                                                                                                               \
  X(dropout)                                                                                                           \
  X(batch_normalization)                                                                                               \
  X(flatten)                                                                                                           \
  X(reshape)                                                                                                           \
  X(rescaling)                                                                                                         \
  X(conv2d)                                                                                                            \
  X(max_pooling2d)                                                                                                     \
  X(average_pooling2d)                                                                                                 \
  X(global_average_pooling2d)                                                                                          \
  X(zero_padding2d)                                                                                                    \
  X(add)                                                                                                               \
  X(concatenate)

#define DK_LOSSES(X)                                                                                                   \
  X(categorical_crossentropy)                                                                                          \
  X(sparse_categorical_crossentropy)                                                                                   \
  X(binary_crossentropy)                                                                                               \
  X(mean_squared_error)                                                                                                \
  X(mean_absolute_error)                                                                                               \
  X(mean_absolute_percentage_error)                                                                                    \
  X(mean_squared_logarithmic_error)                                                                                    \
  X(hinge)                                                                                                             \
  X(squared_hinge)                                                                                                     \
  X(categorical_hinge)                                                                                                 \
  X(logcosh)                                                                                                           \
  X(kullback_leibler_divergence)                                                                                       \
  X(poisson)                                                                                                           \
  X(cosine_similarity)

#define DK_OPTIMIZERS(X)                                                                                               \
  X(sgd)                                                                                                               \
  X(rmsprop)                                                                                                           \
  X(adagrad)                                                                                                           \
  X(adadelta)                                                                                                          \
  X(adam)                                                                                                              \
  X(adamax)                                                                                                            \
  X(nadam)                                                                                                             \
  X(adamw)

#define DK_METRICS(X)                                                                                                  \
  X(accuracy)                                                                                                          \
  X(binary_accuracy)                                                                                                   \
  X(categorical_accuracy)                                                                                              \
  X(top_k)                                                                                                             \
  X(auc)                                                                                                               \
  X(precision)                                                                                                         \
  X(recall)                                                                                                            \
  X(f1)                                                                                                                \
  X(mae)                                                                                                               \
  X(mse)                                                                                                               \
  X(rmse)                                                                                                              \
  X(mape)                                                                                                              \
  X(r2)

namespace dk::nn {

#define DK_DECLARE(name) extern const layer_kind name##_layer;
DK_LAYERS(DK_DECLARE)
#undef DK_DECLARE
#define DK_DECLARE(name) extern const loss_kind name##_loss;
DK_LOSSES(DK_DECLARE)
#undef DK_DECLARE
#define DK_DECLARE(name) extern const optimizer_kind name##_optimizer;
DK_OPTIMIZERS(DK_DECLARE)
#undef DK_DECLARE
#define DK_DECLARE(name) extern const metric_kind name##_metric;
DK_METRICS(DK_DECLARE)
#undef DK_DECLARE

namespace {

#define DK_ENTRY(name) &name##_layer,
const layer_kind* const layers[] = {DK_LAYERS(DK_ENTRY)};
#undef DK_ENTRY
#define DK_ENTRY(name) &name##_loss,
const loss_kind* const losses[] = {DK_LOSSES(DK_ENTRY)};
#undef DK_ENTRY
#define DK_ENTRY(name) &name##_optimizer,
const optimizer_kind* const optimizers[] = {DK_OPTIMIZERS(DK_ENTRY)};
#undef DK_ENTRY
#define DK_ENTRY(name) &name##_metric,
const metric_kind* const metric_kinds[] = {DK_METRICS(DK_ENTRY)};
#undef DK_ENTRY

template <class Kinds>
std::vector<std::string> names_of(const Kinds& kinds) {
  std::vector<std::string> names;
  for (const auto* kind : kinds)
    names.emplace_back(kind->name);
  return names;
}

template <class Kinds>
const auto& find(const Kinds& kinds, std::string_view what, std::string_view name) {
  for (const auto* kind : kinds)
    if (kind->name == name)
      return *kind;
  refuse_name(what, name, names_of(kinds));
}

template <class Kind, std::size_t N>
const Kind* find_keras(const Kind* const (&kinds)[N], std::string_view name) {
  for (const auto* kind : kinds) {
    const auto& others = kind->keras_names;
    if (kind->name == name || std::find(others.begin(), others.end(), name) != others.end())
      return kind;
  }
  return nullptr;
}

} // namespace

std::vector<std::string> layer_names() {
  return names_of(layers);
}

std::vector<std::string> loss_names() {
  return names_of(losses);
}

std::vector<std::string> optimizer_names() {
  return names_of(optimizers);
}

std::vector<std::string> metric_names() {
  return names_of(metric_kinds);
}

const layer_kind& find_layer(std::string_view name) {
  return find(layers, "layer", name);
}

const loss_kind& find_loss(std::string_view name) {
  return find(losses, "loss", name);
}

const optimizer_kind& find_optimizer(std::string_view name) {
  return find(optimizers, "optimizer", name);
}

const metric_kind& find_metric(std::string_view name) {
  return find(metric_kinds, "metric", name);
}

const layer_kind* find_keras_layer(std::string_view class_name) {
  for (const auto* kind : layers)
    if (kind->keras_class == class_name)
      return kind;
  return nullptr;
}

const loss_kind* find_keras_loss(std::string_view name) {
  return find_keras(losses, name);
}

std::string loss_called(std::string_view name) {
  if (const auto* kind = find_keras_loss(name))
    return std::string{kind->name};
  std::vector<std::string> others;
  for (const auto* kind : losses)
    others.insert(others.end(), kind->keras_names.begin(), kind->keras_names.end());
  refuse_name("loss", name, loss_names(), others);
}

const metric_kind* find_keras_metric(std::string_view name) {
  return find_keras(metric_kinds, name);
}

std::string primary_key(std::string_view layer) {
  return std::string{find_layer(layer).primary_key};
}

void check_layer(const spec& layer) {
  auto keys = find_layer(layer.name).keys;
  keys.push_back({"name", key_kind::word});
  keys.push_back({"from", key_kind::words});
  keys.push_back({"trainable", key_kind::flag});
  check_keys(layer, keys);
}

void check_loss(const spec& loss) {
  check_keys(loss, keys_of_loss(find_loss(loss.name)));
}

void check_metric(const spec& metric) {
  check_keys(metric, find_metric(metric.name).keys);
}

void check_optimizer(const spec& optimizer) {
  auto keys = find_optimizer(optimizer.name).keys;
  keys.push_back(
      {"learning_rate", key_kind::part, false, {}, {}, [](const nlohmann::json& value) { make_schedule(value); }});
  keys.push_back({"decay", key_kind::number, false, at_least(0)});
  keys.push_back({"iterations", key_kind::whole, false, at_least(0)});
  for (const auto* clip : clip_keys)
    keys.push_back({clip, key_kind::number, false, at_least(0)});
  check_keys(optimizer, keys);
  check_clipping(optimizer);
  if (value_or(optimizer, "epsilon_outside", false) && value_or(optimizer, "momentum", 0.0) > 0)
    throw key_failure{optimizer.name + ": \"epsilon_outside\" and \"momentum\" cannot be combined; leave one out",
                      "epsilon_outside"};
}

std::unique_ptr<optimizer> make_optimizer(const spec& from, std::size_t num_weights) {
  check_optimizer(from);
  return find_optimizer(from.name).make(from, num_weights);
}

} // namespace dk::nn
