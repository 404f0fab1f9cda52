#include "runtime/enlist/worker_process.hpp"

#include "common/error.hpp"
#include "runtime/enlist/recruit.hpp"
#include "runtime/enlist/system.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <chrono>
#include <cstdio>

namespace dk {

int run_worker_process(const std::string& address) {
  system_options options;
  options.threads = 1; // one worker computes; the network has a thread of its own
  options.network = true;
  system_config config{options};
  config.add_message_types<caf::id_block::dk_rows>();
  caf::actor_system system{config};
  auto face = system.spawn(recruit, std::chrono::minutes{1});
  const auto port = system.middleman().publish(face, 0, address.c_str());
  if (!port) {
    std::fprintf(stderr, "E_BIND cannot listen on %s: %s\n", address.c_str(), system.render(port.error()).c_str());
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
