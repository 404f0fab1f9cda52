// What is left of the bare training step when everything is around it (loader, messages, exchange, ledger, log), and
// how do two workers compare with two runs that know nothing of each other?
//
//   whole_run [BATCH WINDOW]     (default 32 12)
//
// One thread each, W1, the same rows. The ceiling for two workers is two independent `single` runs side by side: they
// share caches and memory bandwidth too.

#include "benchmarks/arguments.hpp"
#include "benchmarks/w1.hpp"
#include "nn/model/compute_scope.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/trainer.hpp"

#include <cstdio>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace {

constexpr int rounds = 9;

double bare_steps(const dk::job& w1, const dk::data::dataset& rows) {
  const dk::nn::compute_scope computing;
  auto model = dk::make_model(w1, 1);
  model.initialize(1);
  const auto optimizer = dk::nn::make_optimizer(w1.trainer.optimizer, model.num_weights());
  const auto batch = w1.trainer.batch_size;
  const auto begun = benchmark::now();
  for (std::size_t at = 0; at + batch <= rows.rows; at += batch)
    model.train_on_batch({rows.features.data() + at * 784, rows.labels.data() + at, batch}, *optimizer);
  return static_cast<double>(rows.rows / batch * batch) / (benchmark::now() - begun);
}

// With its log, as a user runs it.
double run(dk::job w1, const char* algorithm, std::size_t workers, const dk::data::dataset& rows, int folder) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("dk-whole-run-" + std::to_string(getpid()) + "-" + std::to_string(folder));
  w1.trainer.algorithm = dk::chosen_algorithm{algorithm};
  w1.trainer.workers = workers;
  dk::run_options options;
  options.folder = dk::make_run_folder(path.string(), "benchmark");
  const auto result = dk::train(w1, rows, options);
  std::filesystem::remove_all(path);
  return static_cast<double>(result.numbers.rows) / result.training_seconds;
}

double two_runs(const dk::job& w1, const dk::data::dataset& rows) {
  double speeds[2] = {};
  std::thread other{[&] { speeds[1] = run(w1, "single", 1, rows, 1); }};
  speeds[0] = run(w1, "single", 1, rows, 0);
  other.join();
  return speeds[0] + speeds[1];
}

} // namespace

int main(int argc, char** argv) {
  const benchmark::arguments given{argc, argv, "whole_run [BATCH WINDOW]"};
  const auto& words = given.words(0, 2);
  if (words.size() == 1)
    given.refuse("WINDOW is missing");
  auto w1 = benchmark::w1_job();
  w1.trainer.batch_size = words.empty() ? 32 : given.number("BATCH", words[0], 8192);
  w1.trainer.communication_window = words.empty() ? 12 : given.number("WINDOW", words[1], 1024);
  const auto rows = benchmark::w1_rows(w1.trainer.batch_size >= 32 ? 30000 : 10000);
  std::vector<double> bare;
  std::vector<double> pair;
  std::vector<double> single_share;
  std::vector<double> adag_share;
  std::vector<double> both_share;
  for (int round = 0; round < rounds; ++round) { // in turn: what is compared was measured at nearly the same time
    bare.push_back(bare_steps(w1, rows));
    single_share.push_back(run(w1, "single", 1, rows, 0) / bare.back());
    adag_share.push_back(run(w1, "adag", 1, rows, 0) / bare.back());
    pair.push_back(two_runs(w1, rows));
    both_share.push_back(run(w1, "adag", 2, rows, 0) / pair.back());
  }
  using benchmark::median;
  std::printf("W1, batch %zu, window %zu, medians of %d rounds:\n", w1.trainer.batch_size,
              w1.trainer.communication_window, rounds);
  std::printf("  bare step         %8.0f rows/s\n", median(bare));
  std::printf("  single, whole run    %5.3f of the bare step\n", median(single_share));
  std::printf("  adag, 1 worker       %5.3f of the bare step\n", median(adag_share));
  std::printf("  two single runs   %8.0f rows/s\n", median(pair));
  std::printf("  adag, 2 workers      %5.3f of two single runs\n", median(both_share));
}
