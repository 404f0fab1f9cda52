// How long does one training step (forward, loss, backward, optimizer) of dist-keras's three networks take?
//
//   training_step [--network w1|w2|w3] [--batch N] [--seconds S] [--json]
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
  model.seed_dropout(1);
  const auto with = dk::nn::make_optimizer(of.optimizer, model.num_weights());
  benchmark::sample_rows data{8192, model.input_size(), of.classes};
  return dk::thread_microseconds([&] { model.train_on_batch(data.next(batch), *with); }, seconds);
}

} // namespace

int main(int argc, char** argv) {
  const dk::nn::compute_scope scope;
  benchmark::measure_all(benchmark::read_arguments(argc, argv, "training_step"), "training_step", measure,
                         benchmark::training_gflop);
}
