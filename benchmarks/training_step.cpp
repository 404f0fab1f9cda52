// How long does one training step of W1 take (784-1000-200-10, relu, dropout 0.2 twice, softmax, Adam; 987,210
// weights)?
//
//   training_step [--json] [--batch N]
//
// Prints the median of µs per step on one thread: ours, and beside it the same step in plain Eigen expressions, as a
// careful but hurried programmer writes it, built with the same flags. scripts/bench-torch sets PyTorch beside both.

#include "benchmarks/timing.hpp"
#include "common/random.hpp"
#include "nn/compute_scope.hpp"
#include "nn/model.hpp"

#include <Eigen/Core>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

constexpr std::size_t inputs = 784;
constexpr std::size_t classes = 10;
constexpr std::size_t rows_of_data = 8192;

/// Sparse numbers in [0, 1) and classes, about as MNIST has them: the border is always 0, a quarter of the rest is not.
struct sample_data {
  std::vector<float> features = std::vector<float>(rows_of_data * inputs);
  std::vector<float> labels = std::vector<float>(rows_of_data);

  sample_data() {
    dk::random_stream random{1};
    for (auto& label : labels)
      label = static_cast<float>(random.below(classes));
    for (std::size_t i = 0; i < features.size(); ++i)
      if (i % inputs >= 67 && random.uniform() < 0.25)
        features[i] = static_cast<float>(random.uniform());
  }
};

/// One sample per row, everything an expression.
class eigen_network {
public:
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  eigen_network() {
    const Eigen::Index sizes[] = {784, 1000, 200, 10};
    for (int i = 0; i < 3; ++i) {
      auto& l = layers_[i];
      l.w = matrix::Random(sizes[i], sizes[i + 1]) * 0.05F;
      l.b = matrix::Zero(1, sizes[i + 1]);
      l.mw = l.vw = matrix::Zero(sizes[i], sizes[i + 1]);
      l.mb = l.vb = l.b;
    }
  }

  void step(const float* features, const float* labels, Eigen::Index rows) {
    const Eigen::Map<const matrix> x{features, rows, 784};
    for (int i = 0; i < 3; ++i) {
      auto& l = layers_[i];
      l.y.noalias() = (i == 0 ? matrix{x} : layers_[i - 1].y) * l.w;
      l.y.rowwise() += l.b.row(0);
      if (i == 2)
        break;
      l.mask = (matrix::Random(rows, l.y.cols()).array() > -0.6F).cast<float>() / 0.8F;
      l.y = l.y.cwiseMax(0.0F).cwiseProduct(l.mask);
    }
    auto& out = layers_[2];
    out.y.colwise() -= out.y.rowwise().maxCoeff().eval();
    out.y = out.y.array().exp();
    matrix d = out.y.array().colwise() / out.y.rowwise().sum().array().eval();
    for (Eigen::Index row = 0; row < rows; ++row)
      d(row, static_cast<Eigen::Index>(labels[row])) -= 1.0F;
    d /= static_cast<float>(rows);
    ++steps_;
    for (int i = 2; i >= 0; --i) {
      auto& l = layers_[i];
      const matrix below = i == 0 ? matrix{x} : layers_[i - 1].y;
      const matrix gw = below.transpose() * d;
      const matrix gb = d.colwise().sum();
      if (i > 0) {
        const matrix dx = d * l.w.transpose();
        d = (below.array() > 0.0F).select(dx.cwiseProduct(layers_[i - 1].mask), 0.0F);
      }
      adam(l.w, l.mw, l.vw, gw);
      adam(l.b, l.mb, l.vb, gb);
    }
  }

private:
  struct layer {
    matrix w, b, mw, vw, mb, vb, y, mask;
  };

  void adam(matrix& w, matrix& m, matrix& v, const matrix& g) const {
    const float rate = 0.001F * std::sqrt(1 - std::pow(0.999F, steps_)) / (1 - std::pow(0.9F, steps_));
    m = 0.9F * m + 0.1F * g;
    v = 0.999F * v + 0.001F * g.cwiseProduct(g);
    w.array() -= rate * m.array() / (v.array().sqrt() + 1e-7F);
  }

  layer layers_[3];
  float steps_ = 0;
};

double time_ours(const sample_data& data, std::size_t batch) {
  const auto dense = [](int units, const char* f) { return dk::spec{"dense", {{"units", units}, {"activation", f}}}; };
  const dk::spec dropout{"dropout", {{"rate", 0.2}}};
  dk::nn::model network{
      {"w1", {inputs}, {dense(1000, "relu"), dropout, dense(200, "relu"), dropout, dense(10, "softmax")}},
      "categorical_crossentropy",
      1};
  network.initialize(1);
  network.seed_dropout(1);
  const auto adam = dk::nn::make_optimizer({"adam"}, network.num_weights());
  std::size_t at = 0;
  return dk::microseconds([&] {
    network.train_on_batch({&data.features[at * inputs], &data.labels[at], batch}, *adam);
    at = (at + batch) % rows_of_data;
  });
}

double time_eigen(const sample_data& data, std::size_t batch) {
  eigen_network network;
  std::size_t at = 0;
  return dk::microseconds([&] {
    network.step(&data.features[at * inputs], &data.labels[at], static_cast<Eigen::Index>(batch));
    at = (at + batch) % rows_of_data;
  });
}

} // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::vector<std::size_t> batches{4, 32, 128, 512};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = i + 1 < argc ? std::strtoul(argv[i + 1], nullptr, 10) : 0;
    if (word == "--json") {
      json = true;
    } else if (word == "--batch" && number > 0 && rows_of_data % number == 0) {
      batches = {number};
      ++i;
    } else {
      std::cerr << "usage: training_step [--json] [--batch N]   (N divides " << rows_of_data << ")\n";
      return 2;
    }
  }
  const dk::nn::compute_scope scope;
  const sample_data data;
  auto results = nlohmann::json::array();
  if (!json)
    std::puts("batch   dk us/step   Eigen us/step   ratio");
  for (const auto batch : batches) {
    const double ours = time_ours(data, batch);
    const double eigen = time_eigen(data, batch);
    results.push_back({{"batch", batch}, {"dk_us", ours}, {"eigen_us", eigen}});
    if (!json)
      std::printf("%5zu %12.0f %15.0f %7.1f\n", batch, ours, eigen, eigen / ours);
  }
  if (json)
    std::cout << nlohmann::json{{"benchmark", "training_step"}, {"network", "w1"}, {"results", results}} << "\n";
}
