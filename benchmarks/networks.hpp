#pragma once

// dist-keras's three networks and rows made up for them, for the benchmarks of the model alone.

#include "benchmarks/arguments.hpp"
#include "common/random.hpp"
#include "nn/model/model.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace benchmark {

/// W1: MNIST's MLP. W2: MNIST's convnet. W3: Higgs's MLP.
struct network {
  std::string name;
  dk::nn::architecture model;
  dk::spec optimizer;
  std::size_t moments;   ///< numbers of the optimizer's state per weight
  std::size_t classes;   ///< of its labels
  double dense;          ///< multiplications with weights per row, forward, in layers that pass a gradient down
  double first;          ///< the same in the first layer, which passes none
  std::vector<int> many; ///< batches to measure, when nobody says which
};

inline dk::spec layer(const char* name, nlohmann::json keys = nlohmann::json::object()) {
  return {name, std::move(keys)};
}

inline dk::spec dense(int units, const char* activation) {
  return layer("dense", {{"units", units}, {"activation", activation}});
}

inline dk::spec dropout(double rate) {
  return layer("dropout", {{"rate", rate}});
}

inline std::vector<network> networks() {
  dk::nn::architecture w1;
  w1.input = {784};
  w1.layers = {dense(1000, "relu"), dropout(0.2), dense(200, "relu"), dropout(0.2), dense(10, "softmax")};

  const auto conv = layer("conv2d", {{"filters", 32}, {"kernel_size", 3}, {"activation", "relu"}});
  dk::nn::architecture w2;
  w2.input = {28, 28, 1};
  w2.layers = {conv,
               conv,
               layer("max_pooling2d", {{"pool_size", 2}}),
               layer("flatten"),
               dense(225, "relu"),
               dense(10, "softmax")};

  dk::nn::architecture w3;
  w3.input = {30};
  w3.layers = {dense(500, "relu"), dropout(0.4),       dense(500, "relu"),
               dropout(0.6),       dense(500, "relu"), dense(2, "softmax")};

  return {{"w1", w1, {"adam"}, 2, 10, 1000. * 200 + 200 * 10, 784. * 1000, {1, 4, 32, 128, 512}},
          {"w2",
           w2,
           {"adam"},
           2,
           10,
           24. * 24 * 32 * 288 + 4608 * 225 + 225 * 10,
           26. * 26 * 32 * 9,
           {1, 4, 16, 32, 64, 128, 512}},
          {"w3",
           w3,
           {"adagrad", {{"learning_rate", 0.01}}},
           1,
           2,
           500. * 500 * 2 + 500 * 2,
           30. * 500,
           {1, 4, 32, 64, 128, 512}}};
}

/// Two operations per multiplication; going back takes two products of every layer but the first, which takes one.
inline double training_gflop(const network& of, std::size_t rows) {
  return static_cast<double>(rows) * (6 * of.dense + 4 * of.first) / 1e9;
}
inline double prediction_gflop(const network& of, std::size_t rows) {
  return static_cast<double>(rows) * 2 * (of.dense + of.first) / 1e9;
}

/// Features about as sparse as MNIST's, where they are images of 784 pixels, and classes.
struct sample_rows {
  sample_rows(std::size_t count, std::size_t inputs, std::size_t classes)
      : rows(count), width(inputs), features(count * inputs), labels(count) {
    dk::random_stream random{1};
    for (auto& label : labels)
      label = static_cast<float>(random.below(classes));
    for (std::size_t i = 0; i < features.size(); ++i)
      if (inputs != 784 || (i % inputs >= 67 && random.uniform() < 0.25))
        features[i] = static_cast<float>(random.uniform());
  }

  /// The next batch, from the start again at the end.
  dk::nn::batch_view next(std::size_t batch) {
    if (at + batch > rows)
      at = 0;
    const dk::nn::batch_view view{&features[at * width], &labels[at], batch};
    at += batch;
    return view;
  }

  std::size_t rows;
  std::size_t width;
  std::vector<float> features;
  std::vector<float> labels;
  std::size_t at = 0;
};

/// The command line of the programs that measure networks: [--network w1|w2|w3] [--batch N] [--seconds S] [--json].
struct asked {
  std::vector<network> of = networks();
  std::vector<int> batches; ///< empty: each network's own
  double seconds = 2.5;     ///< per figure
  bool json = false;

  const std::vector<int>& batches_of(const network& n) const { return batches.empty() ? n.many : batches; }
};

/// @param program its name
inline asked read_arguments(int argc, char** argv, const std::string& program) {
  const arguments given{argc, argv, program + " [--network w1|w2|w3] [--batch N] [--seconds S] [--json]"};
  const auto& words = given.all();
  asked made;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--json") {
      made.json = true;
      continue;
    }
    if (word != "--network" && word != "--batch" && word != "--seconds")
      given.refuse("unknown argument " + word);
    if (++i == words.size())
      given.refuse(word + " needs a value");
    const auto& value = words[i];
    if (word == "--network") {
      std::vector<network> chosen;
      for (const auto& n : made.of)
        if (n.name == value)
          chosen.push_back(n);
      if (chosen.empty())
        given.refuse("--network is \"" + value + "\", expected w1, w2 or w3");
      made.of = std::move(chosen);
    } else if (word == "--batch") {
      made.batches = {static_cast<int>(given.number("N", value, 8192))};
    } else {
      made.seconds = std::atof(value.c_str());
      if (!(made.seconds > 0))
        given.refuse("S is \"" + value + "\", expected a number above 0");
    }
  }
  return made;
}

/// Measures each network at each batch, and prints the µs of `measure` beside what its work of `gflop` comes to.
template <class Measure, class Gflop>
void measure_all(const asked& what, const char* name, Measure measure, Gflop gflop) {
  for (const auto& of : what.of)
    for (const int rows : what.batches_of(of)) {
      const auto batch = static_cast<std::size_t>(rows);
      const double us = measure(of, batch, what.seconds);
      const double work = gflop(of, batch);
      if (what.json)
        std::puts(
            nlohmann::json{{"benchmark", name}, {"network", of.name}, {"batch", rows}, {"us", us}, {"gflop", work}}
                .dump()
                .c_str());
      else
        std::printf("%s, batch %3d: %8.0f us %9.0f rows/s %6.0f GFLOP/s\n", of.name.c_str(), rows, us, 1e6 * rows / us,
                    1e6 * work / us);
      std::fflush(stdout);
    }
}

} // namespace benchmark
