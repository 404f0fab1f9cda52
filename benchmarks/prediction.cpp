// How long does it take to predict a batch with dist-keras's three networks?
//
//   prediction [--network w1|w2|w3] [--batch N] [--seconds S] [--json]
//
// Prints the median of µs of one thread's time, what it comes to in rows/s and GFLOP/s; with --json one object a line.
// scripts/bench-torch sets PyTorch and the bounds of this machine beside it.

#include "benchmarks/networks.hpp"
#include "benchmarks/timing.hpp"
#include "nn/compute_scope.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace {

double measure(const benchmark::network& of, std::size_t batch, double seconds) {
  dk::nn::model model{of.model, "categorical_crossentropy", 1};
  model.initialize(1);
  benchmark::sample_rows data{8192, model.input_size(), of.classes};
  std::vector<float> outputs(batch * model.output_size());
  return dk::thread_microseconds([&] { model.predict(data.next(batch).features, batch, outputs.data()); }, seconds);
}

} // namespace

int main(int argc, char** argv) {
  const auto asked = benchmark::read_arguments(argc, argv);
  const dk::nn::compute_scope scope;
  for (const auto& of : asked.of)
    for (const int rows : asked.batches_of(of)) {
      const auto batch = static_cast<std::size_t>(rows);
      const double us = measure(of, batch, asked.seconds);
      const double gflop = benchmark::prediction_gflop(of, batch);
      if (asked.json)
        std::puts(nlohmann::json{
            {"benchmark", "prediction"}, {"network", of.name}, {"batch", rows}, {"us", us}, {"gflop", gflop}}
                      .dump()
                      .c_str());
      else
        std::printf("%s, batch %3d: %8.0f us %9.0f rows/s %6.0f GFLOP/s\n", of.name.c_str(), rows, us, 1e6 * rows / us,
                    1e6 * gflop / us);
      std::fflush(stdout);
    }
}
