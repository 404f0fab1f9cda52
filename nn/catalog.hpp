#pragma once

#include "common/spec.hpp"
#include "nn/layer.hpp"
#include "nn/loss.hpp"
#include "nn/metric.hpp"
#include "nn/optimizer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// The names that the config uses.
std::vector<std::string> layer_names();
std::vector<std::string> loss_names();
std::vector<std::string> optimizer_names();
std::vector<std::string> metric_names();

/// The key that { dense = 1000 } sets: "units". "" where a layer has none. @throws failure (config) for an unknown
/// layer
std::string primary_key(std::string_view layer);

/// Nothing when the thing asked for can be made, else failure (config) that says what is unknown or out of range, and
/// what was probably meant.
void check_layer(const spec& layer);
void check_loss(const spec& loss);
void check_metric(const spec& metric);
void check_optimizer(const spec& optimizer);

/// The kinds behind the names. @throws failure (config) for an unknown name
const layer_kind& find_layer(std::string_view name);
const loss_kind& find_loss(std::string_view name);
const optimizer_kind& find_optimizer(std::string_view name);
const metric_kind& find_metric(std::string_view name);

/// The layer that Keras calls by this class name, or null.
const layer_kind* find_keras_layer(std::string_view class_name);

/// Our name of a loss that is called so or as Keras does: "mse". @throws failure (config) for an unknown name
std::string loss_called(std::string_view name);

/// The loss that Keras calls by this name, or null.
const loss_kind* find_keras_loss(std::string_view name);

/// The metric that Keras calls by this name, or null.
const metric_kind* find_keras_metric(std::string_view name);

} // namespace dk::nn
