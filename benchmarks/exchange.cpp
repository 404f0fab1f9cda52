// What does an exchange (commit and pull of a 4 MB center) cost in one process, beside the bare fold?
//
//   exchange
//
// The fold reads two vectors and writes a third: 12 bytes a weight, whoever does it. The baseline is that loop alone,
// over as many buffers as the server cycles through. What is above it is messages, scheduling and accounting.

#include "benchmarks/arguments.hpp"
#include "benchmarks/exchange_client.hpp"
#include "benchmarks/w1.hpp"
#include "runtime/enlist/system.hpp"

#include <cstdio>

namespace {

constexpr std::uint32_t rounds = 9;
constexpr std::uint32_t per_round = 300;

double bare_fold(const dk::delta& delta) {
  dk::block_writer a{delta.size()};
  dk::block_writer b{delta.size()};
  std::fill_n(a.data(), a.size(), 0.0F);
  const auto begun = benchmark::now();
  for (std::uint32_t i = 0; i < per_round; ++i)
    delta.add_to(i % 2 == 0 ? a.data() : b.data(), 1, i % 2 == 0 ? b.data() : a.data());
  return benchmark::now() - begun;
}

} // namespace

int main(int argc, char** argv) {
  benchmark::arguments{argc, argv, "exchange"}.words(0, 0);
  const std::vector<float> small(benchmark::w1_weights, 1e-6F);
  const auto delta = dk::block::copy_of(small.data(), small.size());
  dk::system_config config;
  caf::actor_system system{config};
  auto server = system.spawn(dk::parameter_server, benchmark::shard_of(delta.size(), (rounds + 1) * per_round));
  std::vector<double> ours;
  std::vector<double> bare;
  benchmark::time_exchanges(system, server, delta, 0, per_round); // warms the buffers up
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    bare.push_back(bare_fold(delta) / per_round * 1e6);
    ours.push_back(benchmark::time_exchanges(system, server, delta, round * per_round, per_round) / per_round * 1e6);
  }
  caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
  std::printf("exchange of 4 MB in one process: %.0f us; bare fold: %.0f us; ratio %.2f\n", benchmark::median(ours),
              benchmark::median(bare), benchmark::median(ours) / benchmark::median(bare));
}
