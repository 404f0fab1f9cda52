// A worker process: dk_node starts it, a driver enlists it, one worker lives in it.

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/version.hpp"
#include "runtime/recruit.hpp"
#include "runtime/system.hpp"

#include <CLI/CLI.hpp>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace {

int run(int argc, char** argv) {
  CLI::App app{"A worker process of dk; started by dk_node, not by hand."};
  app.set_version_flag("--version", std::string{"dk_worker "} + dk::version_text);
  std::string address = "127.0.0.1";
  app.add_option("--listen", address, "The address to listen on; the port is free and printed");
  CLI11_PARSE(app, argc, argv);
  dk::set_up_log(dk::verbosity::normal);

  dk::system_options options;
  options.threads = 1; // one worker computes; the network has a thread of its own
  options.network = true;
  dk::system_config config{options};
  config.add_message_types<caf::id_block::dk_rows>();
  caf::actor_system system{config};
  auto face = system.spawn(dk::recruit, std::chrono::minutes{1});
  const auto port = system.middleman().publish(face, 0, address.c_str());
  if (!port) {
    std::fprintf(stderr, "E_BIND cannot listen on %s: %s\n", address.c_str(), system.render(port.error()).c_str());
    caf::anon_send_exit(face, caf::exit_reason::user_shutdown);
    return dk::exit_status(dk::errc::bind);
  }
  std::printf("%u\n", unsigned{*port});
  std::fflush(stdout);
  caf::scoped_actor self{system};
  self->wait_for(face);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN); // a file that grows beyond a limit is told as on a full disk
  try {
    return run(argc, argv);
  } catch (const std::exception& why) {
    std::fprintf(stderr, "E_INTERNAL %s; please report this\n", why.what());
    return dk::exit_status(dk::errc::internal);
  }
}
