// How long does it take to predict a batch with dist-keras's three networks?
//
//   prediction [--network w1|w2|w3] [--batch N] [--seconds S] [--json]
//
// Prints the median of µs of one thread's time, what it comes to in rows/s and GFLOP/s; with --json one object a line.
// scripts/bench-torch sets PyTorch and the bounds of this machine beside it.

#include "benchmarks/networks.hpp"
#include "benchmarks/timing.hpp"
#include "nn/model/compute_scope.hpp"

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
  const dk::nn::compute_scope scope;
  benchmark::measure_all(benchmark::read_arguments(argc, argv, "prediction"), "prediction", measure,
                         benchmark::prediction_gflop);
}
