#include "runtime/node/serve_node.hpp"

#include "actors/protocol/errors.hpp"
#include "common/handles.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/node/capacity.hpp"
#include "runtime/node/membership.hpp"
#include "runtime/node/own_address.hpp"
#include "runtime/node/supervisor.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace dk {

namespace {

// Where others reach a node that listens there. One that listens on every address is reached by that from which it
// reaches the node that it joins.
endpoint reached_at(const node_options& options, std::uint16_t port) {
  const auto& listens = options.listen.host;
  if (!options.advertise.empty())
    return {options.advertise, port};
  if (listens != "0.0.0.0" && listens != "::")
    return {listens, port};
  const auto own = options.join ? address_towards(*options.join) : std::nullopt;
  return {own ? *own : address_of_a_card(listens == "::"), port};
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

void join_other(caf::actor_system& system, const node_actor& supervisor, const endpoint& mine, const endpoint& other) {
  const auto joining = system.spawn(membership, membership_setup{other, mine, caf::actor_cast<caf::actor>(supervisor)});
  caf::scoped_actor self{system};
  self->request(joining, std::chrono::minutes{1}, caf::connect_atom_v)
      .receive([](const node_info&) {},
               [&](const caf::error& why) {
                 caf::anon_send(supervisor, caf::close_atom_v);
                 const auto reason = to_failure(why, errc::connect);
                 throw failure{reason.code(), "--join " + to_string(other) + ": " + reason.what()};
               });
}

// What was promised and is not there is told before a driver asks for it.
void check_cache(const row_cache& cache) {
  try {
    cache.prepare();
  } catch (const failure& why) {
    log()->warn("{}; until then workers get each batch from the driver", why.what());
  }
}

void check_capacity(const node_options& options) {
  const auto there_is = capacity_now(options.ports, 0);
  if (const auto room = room_in(there_is, process_bytes); room < options.workers)
    log()->warn("--workers {}: this host can hold {} now, before they have a model: {}", options.workers, room,
                to_text(there_is, process_bytes, options.ports));
}

void print_addresses(const node_options& options, const endpoint& mine) {
  const auto named = to_string(mine);
  const auto entry = options.join ? to_string(*options.join) : named;
  auto more = options.names_workers ? " --workers " + std::to_string(options.workers) : "";
  if (!options.ports.any())
    more += " --ports " + to_string(options.ports);
  std::printf("dk_node listens on %s, for %s; train on it with:\n  dk_driver CONFIG --nodes %s\n", named.c_str(),
              counted(options.workers, "worker").c_str(), entry.c_str());
  if (is_loopback(mine))
    std::printf("no other host reaches that address; to let them, start it with:\n  dk_node --listen THIS_HOST:%u%s "
                "--insecure\n",
                unsigned{options.listen.port}, more.c_str());
  else
    std::printf("on another host, run:\n  dk_node --listen ITS_HOST:%u --join %s%s%s\n", unsigned{options.listen.port},
                entry.c_str(), more.c_str(), options.insecure ? " --insecure" : "");
  std::fflush(stdout);
}

} // namespace

int serve_node(const node_options& options) {
  const auto signals = block_signals();
  raise_handles();
  check_capacity(options);
  system_options threads_and_network;
  threads_and_network.network = true;
  threads_and_network.threads = 2; // so that rows are handed out while the supervisor waits for its children
  system_config config{threads_and_network};
  caf::actor_system system{config};
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "dk_worker";
  const auto& listen = options.listen;
  const row_cache cache{options.cache.empty() ? usual_cache_folder() : options.cache, options.cache_bytes};
  check_cache(cache);
  auto supervisor =
      system.spawn(node, node_setup{program.string(), listen.host, options.ports, options.workers, cache});
  const bool reuse = true; // also while connections of a node that was here before die down
  const auto port = system.middleman().publish(supervisor, listen.port, listen.host.c_str(), reuse);
  if (!port) {
    caf::anon_send(supervisor, caf::close_atom_v);
    throw failure{errc::bind,
                  "cannot listen on " + to_string(listen) +
                      ": the address is in use or not one of this host; choose another --listen, or port 0"};
  }
  const auto mine = reached_at(options, *port);
  if (options.join)
    join_other(system, supervisor, mine, *options.join);
  print_addresses(options, mine);
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGCHLD) {
      caf::anon_send(supervisor, reap_atom_v);
      continue;
    }
    caf::anon_send(supervisor, caf::close_atom_v);
    caf::scoped_actor self{system};
    self->wait_for(supervisor);
    return signal;
  }
}

} // namespace dk
