// How long does one training step of W1 take in plain Eigen expressions, as a careful but hurried programmer writes it,
// built with our flags? training_step measures ours.
//
//   eigen_step [--batch N] [--seconds S] [--json]

#include "benchmarks/networks.hpp"
#include "benchmarks/timing.hpp"
#include "nn/model/compute_scope.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace {

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

} // namespace

int main(int argc, char** argv) {
  const auto asked = benchmark::read_arguments(argc, argv, "eigen_step");
  const dk::nn::compute_scope scope;
  benchmark::sample_rows data{8192, 784, 10};
  for (const int batch : asked.batches_of(benchmark::networks()[0])) {
    eigen_network network;
    const double us = dk::thread_microseconds(
        [&] {
          const auto view = data.next(static_cast<std::size_t>(batch));
          network.step(view.features, view.labels, batch);
        },
        asked.seconds);
    if (asked.json)
      std::puts(nlohmann::json{{"benchmark", "eigen_step"}, {"batch", batch}, {"us", us}}.dump().c_str());
    else
      std::printf("batch %d: %.0f us\n", batch, us);
  }
}
