#pragma once

#include "algorithms/catalog.hpp"
#include "common/random.hpp"
#include "runtime/run/trainer.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace dk::test {

inline data::dataset make_rows(std::size_t feature_width, const std::vector<float>& features,
                               const std::vector<float>& labels) {
  data::dataset rows;
  rows.rows = labels.size();
  rows.feature_shape = {feature_width};
  rows.feature_width = feature_width;
  rows.label_width = 1;
  rows.features = block::copy_of(features.data(), features.size());
  rows.labels = block::copy_of(labels.data(), labels.size());
  rows.origin = "memory";
  return rows;
}

/// y = 2 a - 3 b + 1, exactly.
inline data::dataset plane(std::size_t rows, std::uint64_t seed = 1) {
  random_stream random{seed};
  std::vector<float> features;
  std::vector<float> labels;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto a = static_cast<float>(random.uniform(-1, 1));
    const auto b = static_cast<float>(random.uniform(-1, 1));
    features.insert(features.end(), {a, b});
    labels.push_back(2 * a - 3 * b + 1);
  }
  return make_rows(2, features, labels);
}

/// Two classes around (-1, -1) and (1, 1), far enough apart to be told by a line.
inline data::dataset blobs(std::size_t rows, std::uint64_t seed = 1) {
  random_stream random{seed};
  std::vector<float> features;
  std::vector<float> labels;
  for (std::size_t i = 0; i < rows; ++i) {
    const float side = i % 2 == 0 ? -1.0F : 1.0F;
    for (int j = 0; j < 2; ++j)
      features.push_back(side + static_cast<float>(0.3 * random.normal()));
    labels.push_back(i % 2 == 0 ? 0.0F : 1.0F);
  }
  return make_rows(2, features, labels);
}

/// A job of this algorithm with its defaults, which fits a line to `plane`.
inline job small_job(const std::string& algorithm, std::size_t workers = 2) {
  job made;
  made.model.input = {2};
  made.model.layers = {{"dense", {{"units", 1}}}};
  made.trainer.algorithm = chosen_algorithm{algorithm};
  made.trainer.workers = workers;
  made.trainer.batch_size = 8;
  made.trainer.communication_window = 4;
  made.trainer.optimizer = {"sgd", {{"learning_rate", 0.1}}};
  made.trainer.loss = "mean_squared_error";
  return made;
}

/// The same, which tells `blobs` apart.
inline job blob_job(const std::string& algorithm, std::size_t workers = 2) {
  auto made = small_job(algorithm, workers);
  made.model.layers = {{"dense", {{"units", 2}, {"activation", "softmax"}}}};
  made.trainer.loss = "categorical_crossentropy";
  return made;
}

/// How many workers an algorithm may have, of those wanted.
inline std::size_t workers_of(const std::string& algorithm, std::size_t wanted) {
  return find_algorithm(algorithm)->has_server() ? wanted : 1;
}

/// And how many servers.
inline std::size_t servers_of(const std::string& algorithm, std::size_t wanted) {
  return find_algorithm(algorithm)->has_server() ? wanted : 1;
}

/// The algorithms of the catalog for which `is_meant` holds.
template <class Predicate>
std::vector<std::string> algorithms_that(Predicate is_meant) {
  auto names = algorithm_names();
  names.erase(std::remove_if(names.begin(), names.end(),
                             [&](const std::string& name) { return !is_meant(*find_algorithm(name)); }),
              names.end());
  return names;
}

/// Those whose workers share a center.
inline std::vector<std::string> algorithms_with_server() {
  return algorithms_that([](const algorithm& one) { return one.has_server(); });
}

/// Those of them that fold in each commit as it comes.
inline std::vector<std::string> asynchronous_algorithms() {
  return algorithms_that([](const algorithm& one) { return one.has_server() && barrier_of(one) == barrier::none; });
}

/// And those that do so in rounds.
inline std::vector<std::string> algorithms_in_rounds() {
  return algorithms_that([](const algorithm& one) { return barrier_of(one) != barrier::none; });
}

/// All but those that train several models.
inline std::vector<std::string> algorithms_of_one_model() {
  return algorithms_that([](const algorithm& one) { return !one.share; });
}

} // namespace dk::test
