// How many exchanges (commit and pull) of a 4 MB center pass between two processes a second, in pieces as in a run and
// whole, beside raw sockets that send the same bytes to and fro?
//
//   exchange_processes

#include "benchmarks/arguments.hpp"
#include "benchmarks/exchange_client.hpp"
#include "benchmarks/w1.hpp"
#include "runtime/enlist/connect.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/transport/remote_shard.hpp"

#include <arpa/inet.h>
#include <caf/io/middleman.hpp>
#include <csignal>
#include <cstdio>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::uint32_t rounds = 5;
constexpr std::uint32_t per_round = 100;

dk::system_options networked() {
  dk::system_options options;
  options.network = true;
  return options;
}

// The child: owns the shard until it is killed.
void serve(int ready) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dk::system_config config{networked()};
  caf::actor_system system{config};
  auto server =
      system.spawn(dk::parameter_server, benchmark::shard_of(benchmark::w1_weights, 2 * (rounds + 1) * per_round));
  const std::vector<float> zeros(benchmark::w1_weights);
  const auto gate = system.spawn(dk::shard_gate, server, dk::center{0, dk::block::copy_of(zeros.data(), zeros.size())});
  const auto port = system.middleman().publish(gate, 0, "127.0.0.1");
  const std::uint16_t number = port ? *port : 0;
  if (write(ready, &number, sizeof number) == sizeof number)
    pause();
}

void move_bytes(int socket, std::vector<char>& bytes, bool out) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto n =
        out ? write(socket, bytes.data() + at, bytes.size() - at) : read(socket, bytes.data() + at, bytes.size() - at);
    if (n <= 0)
      std::exit(1);
    at += static_cast<std::size_t>(n);
  }
}

// Pairs of 4 MB to and fro over TCP on loopback, in seconds.
double raw_exchanges() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, raw, size) != 0 || listen(listener, 1) != 0 || getsockname(listener, raw, &size) != 0)
    std::exit(1);
  std::vector<char> bytes(benchmark::w1_weights * sizeof(float));
  const auto child = fork();
  if (child == 0) {
    const int peer = accept(listener, nullptr, nullptr);
    for (std::uint32_t i = 0; i < per_round; ++i) {
      move_bytes(peer, bytes, false);
      move_bytes(peer, bytes, true);
    }
    _exit(0);
  }
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(peer, raw, size) != 0)
    std::exit(1);
  const auto begun = benchmark::now();
  for (std::uint32_t i = 0; i < per_round; ++i) {
    move_bytes(peer, bytes, true);
    move_bytes(peer, bytes, false);
  }
  const auto seconds = benchmark::now() - begun;
  waitpid(child, nullptr, 0);
  close(peer);
  close(listener);
  return seconds;
}

} // namespace

int main(int argc, char** argv) {
  benchmark::arguments{argc, argv, "exchange_processes"}.words(0, 0);
  std::vector<double> raw;
  for (std::uint32_t round = 0; round < rounds; ++round) // before any thread exists: it forks
    raw.push_back(per_round / raw_exchanges());
  int ready[2];
  if (pipe(ready) != 0)
    return 1;
  const auto child = fork();
  if (child == 0) {
    serve(ready[1]);
    _exit(0);
  }
  std::uint16_t port = 0;
  if (read(ready[0], &port, sizeof port) != sizeof port || port == 0)
    return 1;
  {
    dk::system_config config{networked()};
    caf::actor_system system{config};
    caf::scoped_actor self{system};
    const auto gate =
        caf::actor_cast<dk::server_actor>(dk::connect_to(self, {"127.0.0.1", port}, std::chrono::seconds{5}));
    const std::vector<float> small(benchmark::w1_weights, 1e-6F);
    const auto delta = dk::block::copy_of(small.data(), small.size());
    const caf::duration deadline{std::chrono::seconds{10}};
    const auto shard = system.spawn(dk::remote_shard, gate, dk::stand_in_terms{self->address(), {deadline}, deadline});
    std::vector<double> whole;
    std::vector<double> pieces;
    std::uint32_t next = 0;
    const auto exchange = [&](const dk::server_actor& server) {
      const auto seconds = benchmark::time_exchanges(system, server, delta, next, per_round);
      next += per_round;
      return per_round / seconds;
    };
    for (std::uint32_t round = 0; round <= rounds; ++round) { // the first of them warms up
      whole.push_back(exchange(gate));
      pieces.push_back(exchange(shard));
    }
    whole.erase(whole.begin());
    pieces.erase(pieces.begin());
    using benchmark::median;
    std::printf("exchanges of 4 MB between two processes a second: %.0f in pieces, %.0f whole; raw sockets: %.0f; "
                "shares %.2f and %.2f\n",
                median(pieces), median(whole), median(raw), median(pieces) / median(raw), median(whole) / median(raw));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}
