#include "runtime/node/supervisor.hpp"

#include "actors/protocol/errors.hpp"
#include "common/endpoint.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "common/version.hpp"
#include "runtime/node/capacity.hpp"
#include "runtime/node/node_rows.hpp"
#include "runtime/node/process.hpp"
#include "runtime/transport/row_keeper.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <charconv>
#include <csignal>
#include <unistd.h>

namespace dk {

namespace {

constexpr std::chrono::milliseconds ready_deadline{15000};
constexpr std::chrono::milliseconds ready_deadline_each{100}; // besides: on a busy host they wait for each other
constexpr std::uint32_t most_servers = 64;                    // on one node, of all runs; as many validators

std::string name_of(role what) {
  return what == role::worker ? "worker" : what == role::server ? "shard" : "validator";
}

// What to do where there is no room for more of these.
std::string remedy_for(role what) {
  return what == role::worker ? "lower trainer.workers, or " : what == role::server ? "lower trainer.servers, or " : "";
}

std::uint16_t port_in(const std::string& line) {
  std::uint16_t port = 0;
  std::from_chars(line.data(), line.data() + line.size(), port);
  return port;
}

std::vector<std::string> command_of(const node_setup& setup, role what) {
  std::vector<std::string> command{setup.program, "--listen", setup.address, "--role", name_of(what)};
  if (!setup.ports.any())
    command.insert(command.end(), {"--ports", to_string(setup.ports)});
  return command;
}

// Starts them all, then waits until each has said where it listens; all of them, or none.
std::vector<worker_process> start_processes(const node_setup& setup, role what, std::uint32_t count) {
  std::vector<child_process> children;
  std::vector<worker_process> ready;
  try {
    while (children.size() < count)
      children.push_back(start_process(command_of(setup, what)));
    const auto patience = ready_deadline + count * ready_deadline_each;
    for (auto& child : children) {
      const auto line = first_line(child, patience).value_or("");
      const auto port = port_in(line);
      if (port == 0)
        throw failure{errc::nodes, "worker process " + std::to_string(child.pid) + " (" + setup.program +
                                       ") did not start: " + (line.empty() ? "see the node's log" : line)};
      ready.push_back({child.pid, port});
    }
  } catch (...) {
    for (const auto& child : children) {
      if (child.output >= 0)
        ::close(child.output);
      kill_and_reap(child.pid);
    }
    throw;
  }
  return ready;
}

void reap(node_ptr self) {
  auto& children = self->state.children;
  for (auto child = children.begin(); child != children.end();) {
    auto how = try_reap(child->first);
    if (!how) {
      ++child;
      continue;
    }
    log()->info("worker process {} ended: status {}, signal {}", how->pid, how->status, how->signal);
    how->node = child->second.tag;
    caf::anon_send(child->second.driver, *how);
    child = children.erase(child);
  }
}

void end_children_of(node_ptr self, const caf::actor_addr& driver) {
  auto& children = self->state.children;
  for (auto child = children.begin(); child != children.end();) {
    if (child->second.driver.address() != driver) {
      ++child;
      continue;
    }
    kill_and_reap(child->first);
    child = children.erase(child);
  }
}

std::uint32_t room_in(const node_state& my, role what) {
  const auto most = what == role::worker ? my.setup->workers : most_servers;
  const auto busy = std::count_if(my.children.begin(), my.children.end(),
                                  [&](const auto& child) { return child.second.what == what; });
  return most - static_cast<std::uint32_t>(std::min<std::size_t>(most, static_cast<std::size_t>(busy)));
}

// What the host lacks is told before anything is started.
void require_capacity(const node_state& my, const process_order& wanted) {
  const auto& ports = my.setup->ports;
  const auto there_is = capacity_now(ports, my.children.size());
  const auto bytes_each = process_bytes + wanted.model;
  const auto room = room_in(there_is, bytes_each);
  if (wanted.count <= room)
    return;
  const auto kind = name_of(wanted.what);
  throw failure{errc::resources,
                counted(wanted.count, kind, kind + "s") + " cannot be started, " + with_commas(room) +
                    " can: there is " + to_text(there_is, bytes_each, ports) + "; " + remedy_for(wanted.what) +
                    "name more nodes" +
                    (there_is.ports < wanted.count ? ", or give dk_node a wider range with --ports" : "")};
}

std::vector<worker_process> start_for(node_ptr self, const process_order& wanted) {
  auto& my = self->state;
  const auto& [what, count, tag, model, driver] = wanted;
  const auto free = room_in(my, what);
  if (count > free && what != role::worker)
    throw failure{errc::nodes, counted(count, name_of(what) + " was", name_of(what) + "s were") +
                                   " asked for and a node has " + std::to_string(most_servers) + " at most, of which " +
                                   std::to_string(free) + " are free; " + remedy_for(what) + "name more nodes"};
  if (count > free)
    throw failure{errc::nodes, counted(count, "worker was", "workers were") + " asked for and " + std::to_string(free) +
                                   " of " + std::to_string(my.setup->workers) +
                                   " are free; lower trainer.workers, or start dk_node with a higher --workers"};
  require_capacity(my, wanted);
  auto started = start_processes(*my.setup, what, count);
  self->monitor(driver);
  for (const auto& process : started)
    my.children[process.pid] = {driver, tag, what};
  log()->info("started {}", counted(started.size(), name_of(what) + " process", name_of(what) + " processes"));
  return started;
}

void require_same_build(const std::string& theirs, const std::string& who) {
  if (theirs != version_text)
    throw failure{errc::version, std::string{"it runs dk "} + version_text + ", the " + who + " dk " + theirs +
                                     "; install the same build on both"};
}

node_info info_of(const node_state& my) {
  node_info info{version_text, my.setup->workers, room_in(my, role::worker), {}};
  for (const auto& [address, handle] : my.joined)
    info.joined.push_back(address);
  return info;
}

node_info admit(node_ptr self, const std::string& version, const std::string& address, const caf::actor& joining) {
  require_same_build(version, "joining node");
  parse_endpoint(address);
  if (!joining || joining.address() == self->address())
    throw failure{errc::usage, "a node cannot join itself; name another one with --join"};
  self->monitor(joining);
  self->state.joined[address] = joining.address();
  log()->info("node {} has joined", address);
  return info_of(self->state);
}

// @return whether it was a node
bool dismiss(node_state& my, const caf::actor_addr& gone) {
  bool any = false;
  for (auto joined_node = my.joined.begin(); joined_node != my.joined.end();) {
    if (joined_node->second != gone) {
      ++joined_node;
      continue;
    }
    log()->warn("node {} has left", joined_node->first);
    joined_node = my.joined.erase(joined_node);
    any = true;
  }
  return any;
}

} // namespace

node_actor::behavior_type node(node_actor::stateful_pointer<node_state> self, node_setup setup) {
  self->state.setup.emplace(std::move(setup));
  self->state.keeper = self->spawn(row_keeper, opener_of(self->state.setup->cache));
  self->set_down_handler([=](const caf::down_msg& down) {
    if (dismiss(self->state, down.source))
      return;
    end_children_of(self, down.source);
    release_rows_of(self->state, down.source);
    log()->info("a driver has left; its worker processes are ended");
  });
  return {
      [=](hello_atom, const std::string& driver_version) {
        return answer([&] {
          require_same_build(driver_version, "driver");
          return info_of(self->state);
        });
      },
      [=](const process_order& wanted) { return answer([&] { return start_for(self, wanted); }); },
      [=](caf::join_atom, const std::string& version, const std::string& address, const caf::actor& joining) {
        return answer([&] { return admit(self, version, address, joining); });
      },
      [=](const room_question& wanted) { return answer([&] { return room_for_rows(self->state, wanted); }); },
      [=](const rows_offer& wanted) { return answer([&] { return look_for_rows(self, wanted); }); },
      [=](const rows_piece& piece) { return answer([&] { return add_rows(self, piece); }); },
      [=](kill_atom, std::int32_t pid) {
        if (self->state.children.count(pid) != 0)
          ::kill(pid, SIGKILL); // reap tells the driver
      },
      [=](reap_atom) { reap(self); },
      [=](caf::close_atom) {
        for (const auto& [pid, driver] : self->state.children)
          kill_and_reap(pid);
        caf::anon_send_exit(self->state.keeper, caf::exit_reason::user_shutdown);
        self->quit();
      },
  };
}

} // namespace dk
