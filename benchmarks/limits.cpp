// What are the bounds of this machine, on one thread: how fast does it multiply, and how fast does it move a network's
// weights and the state of its optimizer?
//
//   limits [--network w1|w2|w3] [--seconds S] [--json]
//
// peak: multiply-adds on registers. sgemm: a product of 1024 x 1024 x 1024 by the product's own gemm. update: one pass
// over weights, state and gradient as an optimizer makes it. read: one pass over the weights, as predicting one row
// does. A step can take no less than its multiplications at the peak, nor less than one update and one reading of the
// weights.

#include "benchmarks/networks.hpp"
#include "benchmarks/timing.hpp"
#include "common/simd.hpp"
#include "nn/buffer.hpp"
#include "nn/kernels/gemm.hpp"
#include "nn/model/compute_scope.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace {

constexpr std::size_t passes = 4096;
constexpr std::size_t chains = 16; // more than latency times units of any machine here
constexpr std::size_t lanes = 16;

// Every chain's sums depend only on themselves, so the units are never idle.
DK_CLONES void multiply_add(float* __restrict sums, float factor, float summand) {
  using vector [[gnu::vector_size(4 * lanes)]] = float;
  vector all[chains];
  for (std::size_t i = 0; i < chains; ++i)
    for (std::size_t j = 0; j < lanes; ++j)
      all[i][j] = sums[i * lanes + j];
  for (std::size_t pass = 0; pass < passes; ++pass)
    for (auto& chain : all)
      chain = chain * factor + summand;
  for (std::size_t i = 0; i < chains; ++i)
    for (std::size_t j = 0; j < lanes; ++j)
      sums[i * lanes + j] = all[i][j];
}

// Adam's traffic and no more arithmetic than it takes to touch everything.
DK_CLONES void update(float* __restrict w, float* __restrict m, float* __restrict v, std::size_t count, float g) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] += 0.1F * (g - m[i]);
    v[i] += 0.001F * (g - v[i]);
    w[i] -= m[i] * v[i];
  }
}

DK_CLONES void update(float* __restrict w, float* __restrict a, std::size_t count, float g) {
  for (std::size_t i = 0; i < count; ++i) {
    a[i] += g * g;
    w[i] -= g * a[i];
  }
}

DK_CLONES float sum(const float* x, std::size_t count) {
  float lanes_of[64] = {};
  for (std::size_t i = 0; i + 64 <= count; i += 64)
    for (std::size_t j = 0; j < 64; ++j)
      lanes_of[j] += x[i + j];
  return lanes_of[7];
}

struct room {
  explicit room(std::size_t count) {
    numbers.reserve(count);
    std::fill_n(numbers.data(), count, 0.25F);
  }
  dk::nn::buffer numbers;
  float* data() { return numbers.data(); }
};

volatile float sink;

double peak_gflops(double seconds) {
  std::vector<float> sums(chains * lanes, 1.0F);
  const double us = dk::thread_microseconds([&] { multiply_add(sums.data(), 0.999F, 0.001F); }, seconds);
  sink = sums[0];
  return 2e-3 * passes * chains * lanes / us;
}

double sgemm_gflops(double seconds) {
  constexpr std::size_t n = 1024;
  room a{n * n};
  room b{n * n};
  room c{n * n};
  const double us = dk::thread_microseconds(
      [&] {
        dk::nn::gemm(n, n, n, {a.data(), n}, {b.data(), n}, c.data(), n);
      },
      seconds);
  return 2e-3 * n * n * n / us;
}

struct traffic {
  double update_us;
  double read_us;
};

traffic measure(const benchmark::network& of, std::size_t weights, double seconds) {
  room w{weights};
  room m{weights};
  room v{weights};
  const double updating = dk::thread_microseconds(
      [&] {
        if (of.moments == 2)
          update(w.data(), m.data(), v.data(), weights, 1e-3F);
        else
          update(w.data(), m.data(), weights, 1e-3F);
      },
      seconds);
  return {updating, dk::thread_microseconds([&] { sink = sum(w.data(), weights); }, seconds)};
}

} // namespace

int main(int argc, char** argv) {
  const auto asked = benchmark::read_arguments(argc, argv, "limits");
  const dk::nn::compute_scope scope;
  const double peak = peak_gflops(asked.seconds);
  const double sgemm = sgemm_gflops(asked.seconds);
  if (!asked.json)
    std::printf("peak %.0f GFLOP/s, sgemm %.0f GFLOP/s\n", peak, sgemm);
  for (const auto& of : asked.of) {
    const auto weights = dk::nn::model{of.model, "categorical_crossentropy", 1}.num_weights();
    const auto [update_us, read_us] = measure(of, weights, asked.seconds);
    const auto bytes = static_cast<double>(8 * weights * (1 + of.moments));
    if (asked.json)
      std::puts(nlohmann::json{{"benchmark", "limits"},
                               {"network", of.name},
                               {"peak_gflops", peak},
                               {"sgemm_gflops", sgemm},
                               {"update_us", update_us},
                               {"read_us", read_us},
                               {"weights", weights}}
                    .dump()
                    .c_str());
    else
      std::printf("%s, %zu weights: update %.0f us (%.0f GB/s), read %.0f us (%.0f GB/s)\n", of.name.c_str(), weights,
                  update_us, bytes / update_us / 1e3, read_us, 4e-3 * static_cast<double>(weights) / read_us);
  }
}
