#include "runtime/enlist/worker_process.hpp"

#include "common/error.hpp"
#include "runtime/enlist/recruit.hpp"
#include "runtime/enlist/system.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

// Each process begins elsewhere in the range, so that those that start together do not try the same ports.
caf::expected<std::uint16_t> publish(caf::actor_system& system, const recruit_actor& face, const std::string& address,
                                     const port_range& ports) {
  auto& network = system.middleman();
  if (ports.any())
    return network.publish(face, 0, address.c_str());
  const bool reuse = true; // also while connections of a process that was here before die down
  const auto start = static_cast<std::size_t>(getpid());
  caf::expected<std::uint16_t> port{caf::sec::cannot_open_port};
  for (std::size_t i = 0; !port && i < ports.size(); ++i)
    port = network.publish(face, static_cast<std::uint16_t>(ports.first + (start + i) % ports.size()), address.c_str(),
                           reuse);
  return port;
}

} // namespace

int run_worker_process(const std::string& address, const port_range& ports, row_source read) {
  system_options options;
  options.threads = 1; // one worker computes; the network has a thread of its own
  options.network = true;
  system_config config{options};
  config.add_message_types<caf::id_block::dk_rows>();
  caf::actor_system system{config};
  auto face = system.spawn(recruit, std::move(read));
  const auto port = publish(system, face, address, ports);
  if (!port) {
    if (ports.any())
      std::printf("cannot listen on %s: %s\n", address.c_str(), system.render(port.error()).c_str());
    else
      std::printf("no port of %s is free on %s; give dk_node a wider range with --ports\n", to_string(ports).c_str(),
                  address.c_str());
    std::fflush(stdout);
    caf::anon_send_exit(face, caf::exit_reason::user_shutdown);
    return exit_status(errc::bind);
  }
  std::printf("%u\n", unsigned{*port});
  std::fflush(stdout);
  caf::scoped_actor self{system};
  self->wait_for(face);
  return 0;
}

} // namespace dk
