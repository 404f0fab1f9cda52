// A host's node: listens for drivers and starts worker processes for them. No code in here trains.

#include "actors/protocol/errors.hpp"
#include "common/endpoint.hpp"
#include "common/log.hpp"
#include "common/version.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/node/membership.hpp"
#include "runtime/node/supervisor.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <netdb.h>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

dk::endpoint parse_option(const std::string& name, const std::string& text, std::uint16_t lowest_port) {
  try {
    return dk::parse_endpoint(text, lowest_port);
  } catch (const dk::failure& why) {
    throw dk::failure{dk::errc::usage, name + ": " + why.what()};
  }
}

// The addresses of a name that is none itself, where all of them are of this host alone: "127.0.1.1". Hosts often have
// their own name so, in /etc/hosts.
std::string loopback_behind(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
    return ""; // listening on it will say why
  std::string all;
  bool only_here = true;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    only_here = only_here && dk::is_loopback({text.data(), 0});
    if (all.find(text.data()) == std::string::npos)
      all += (all.empty() ? "" : ", ") + std::string{text.data()};
  }
  freeaddrinfo(found);
  return only_here ? all : "";
}

// Where others reach a node that listens there; a node on every address is called by its host's name.
dk::endpoint reached_at(const dk::endpoint& listens, std::uint16_t port) {
  if (listens.host != "0.0.0.0" && listens.host != "::")
    return {listens.host, port};
  std::array<char, 256> name{};
  return {gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost", port};
}

bool is_ignored(int signal) {
  struct sigaction now {};
  sigaction(signal, nullptr, &now);
  return now.sa_handler == SIG_IGN;
}

// Blocked here, before any thread starts, so that only the wait below gets them. One that is ignored stays so, as nohup
// wants of SIGHUP.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
    if (signal != SIGHUP || !is_ignored(signal))
      sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

void join(caf::actor_system& system, const dk::node_actor& supervisor, const dk::endpoint& mine,
          const dk::endpoint& other) {
  const auto member =
      system.spawn(dk::membership, dk::membership_setup{other, mine, caf::actor_cast<caf::actor>(supervisor)});
  caf::scoped_actor self{system};
  self->request(member, std::chrono::minutes{1}, caf::connect_atom_v)
      .receive([](const dk::node_info&) {},
               [&](const caf::error& why) {
                 caf::anon_send(supervisor, caf::close_atom_v);
                 const auto reason = dk::to_failure(why, dk::errc::connect);
                 throw dk::failure{reason.code(), "--join " + to_string(other) + ": " + reason.what()};
               });
}

struct node_options {
  dk::endpoint listen;
  std::optional<dk::endpoint> join;
  std::uint32_t workers = 1;
  bool insecure = false; // whether others are told to start theirs so
};

// Serves until a signal ends it. @return that signal
int serve(const node_options& options) {
  const auto signals = block_signals();
  dk::system_options threads_and_network;
  threads_and_network.network = true;
  threads_and_network.threads = 1; // the supervisor's own: nobody else computes here
  dk::system_config config{threads_and_network};
  caf::actor_system system{config};
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "dk_worker";
  const auto& listen = options.listen;
  auto supervisor = system.spawn(dk::node, dk::node_setup{program.string(), listen.host, options.workers});
  const bool reuse = true; // also while connections of a node that was here before die down
  const auto port = system.middleman().publish(supervisor, listen.port, listen.host.c_str(), reuse);
  if (!port) {
    caf::anon_send(supervisor, caf::close_atom_v);
    throw dk::failure{dk::errc::bind,
                      "cannot listen on " + to_string(listen) +
                          ": the address is in use or not one of this host; choose another --listen, or port 0"};
  }
  const auto mine = reached_at(listen, *port);
  if (options.join)
    join(system, supervisor, mine, *options.join);
  const auto named = to_string(mine);
  const auto entry = options.join ? to_string(*options.join) : named;
  std::printf("dk_node listens on %s, for %u worker%s; train on it with:\n  dk_driver CONFIG --nodes %s\n"
              "on another host, run:\n  dk_node --listen ITS_HOST:%u --join %s%s\n",
              named.c_str(), options.workers, options.workers == 1 ? "" : "s", entry.c_str(), unsigned{listen.port},
              entry.c_str(), options.insecure ? " --insecure" : "");
  std::fflush(stdout);
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGCHLD) {
      caf::anon_send(supervisor, dk::reap_atom_v);
      continue;
    }
    caf::anon_send(supervisor, caf::close_atom_v);
    caf::scoped_actor self{system};
    self->wait_for(supervisor);
    return signal;
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Runs worker processes on this host for the drivers that ask."};
  app.set_version_flag("--version", std::string{"dk_node "} + dk::version_text);
  std::string listen = "127.0.0.1:7077";
  std::string other;
  std::uint32_t workers = std::max(1U, std::thread::hardware_concurrency());
  bool insecure = false;
  bool verbose = false;
  app.add_option("--listen", listen, "HOST:PORT to listen on; port 0 for any")->capture_default_str();
  app.add_option("--join", other, "HOST:PORT of another node: drivers that name it find this one too");
  app.add_option("--workers", workers, "Worker processes at most")->check(CLI::Range(1, 10000))->capture_default_str();
  app.add_flag("--insecure", insecure, "Allow an address other than loopback: whoever reaches it controls this node");
  app.add_flag("-v,--verbose", verbose, "Log more");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& why) {
    if (why.get_exit_code() == 0)
      return app.exit(why);
    throw dk::failure{dk::errc::usage, std::string{why.what()} + "; see dk_node --help"};
  }
  dk::set_up_log(verbose ? dk::verbosity::verbose : dk::verbosity::normal);
  node_options options;
  options.workers = workers;
  options.insecure = insecure;
  options.listen = parse_option("--listen", listen, 0);
  if (!other.empty())
    options.join = parse_option("--join", other, 1);
  const auto behind = is_loopback(options.listen) ? "" : loopback_behind(options.listen.host);
  if (!behind.empty()) {
    dk::log()->warn("--listen {}: {} is {} on this host, which no other host reaches; to be reached, listen on the "
                    "address of a network card, or 0.0.0.0 for all",
                    listen, options.listen.host, behind);
  } else if (!is_loopback(options.listen)) {
    if (!insecure)
      throw dk::failure{dk::errc::usage, "--listen " + listen +
                                             " is not a loopback address, and dk_node has no authentication; listen on "
                                             "127.0.0.1, or add --insecure on a network that you trust"};
    dk::log()->warn("listening on {} without any authentication: whoever reaches it controls this node", listen);
  }
  return 128 + serve(options);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN); // a file that grows beyond a limit is reported as on a full disk
  try {
    return run(argc, argv);
  } catch (const dk::failure& why) {
    std::fprintf(stderr, "%s\n", dk::to_line(why).c_str());
    return dk::exit_status(why.code());
  } catch (const std::exception& why) {
    std::fprintf(stderr, "E_INTERNAL %s; please report this\n", why.what());
    return dk::exit_status(dk::errc::internal);
  }
}
