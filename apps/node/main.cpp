// A host's node: listens for drivers and starts worker processes for them. No code in here trains.

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/version.hpp"
#include "runtime/node/supervisor.hpp"
#include "runtime/system.hpp"

#include "common/log.hpp"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

namespace {

struct address {
  std::string host;
  std::uint16_t port = 0;
};

address parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  address where;
  if (colon != std::string::npos) {
    where.host = text.substr(0, colon);
    const auto* const end = text.data() + text.size();
    const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, where.port);
    if (bad == std::errc{} && stop == end && !where.host.empty())
      return where;
  }
  throw dk::failure{dk::errc::usage, "--listen " + text + ": an address is HOST:PORT, port 0 for any"};
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

// Blocked here, before any thread starts, so that only the wait below gets them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD})
    sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

// Serves until a signal ends it. @return that signal
int serve(const address& where, std::uint32_t workers) {
  const auto signals = block_signals();
  dk::system_options options;
  options.network = true;
  options.threads = 1; // the supervisor's own: nobody else computes here
  dk::system_config config{options};
  caf::actor_system system{config};
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "dk_worker";
  auto supervisor = system.spawn(dk::node, dk::node_setup{program.string(), where.host, workers});
  const auto port = system.middleman().publish(supervisor, where.port, where.host.c_str());
  if (!port) {
    caf::anon_send(supervisor, caf::close_atom_v);
    throw dk::failure{dk::errc::bind, "cannot listen on " + where.host + ":" + std::to_string(where.port) +
                                          ": the address is in use or not ours; choose another --listen, or port 0"};
  }
  std::printf("dk_node listens on %s:%u, for %u workers; train on it with:\n  dk_driver CONFIG --nodes %s:%u\n",
              where.host.c_str(), unsigned{*port}, workers, where.host.c_str(), unsigned{*port});
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
  std::uint32_t workers = std::max(1U, std::thread::hardware_concurrency());
  bool insecure = false;
  bool verbose = false;
  app.add_option("--listen", listen, "HOST:PORT to listen on; port 0 for any")->capture_default_str();
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
  const auto where = parse_address(listen);
  if (!is_loopback(where.host)) {
    if (!insecure)
      throw dk::failure{dk::errc::usage, "--listen " + listen +
                                             " is not a loopback address, and nothing here asks a "
                                             "peer who it is; listen on 127.0.0.1, or say --insecure on a network that "
                                             "you trust"};
    dk::log()->warn("listening on {} without any authentication: whoever reaches it controls this node", listen);
  }
  return 128 + serve(where, workers);
}

} // namespace

int main(int argc, char** argv) {
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
