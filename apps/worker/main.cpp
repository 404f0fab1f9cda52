// A worker process: dk_node starts it, a driver enlists it, one worker, shard or validator lives in it.

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/version.hpp"
#include "jobs/inputs/inputs.hpp"
#include "runtime/enlist/worker_process.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

namespace {

int run(int argc, char** argv) {
  CLI::App app{"A process of dk for a worker, a shard or a validator; started by dk_node, not by hand."};
  app.set_version_flag("--version", std::string{"dk_worker "} + dk::version_text);
  std::string address = "127.0.0.1";
  app.add_option("--listen", address, "The address to listen on; the port is free and printed");
  std::string ports;
  app.add_option("--ports", ports, "FIRST-LAST, of which the port is one; otherwise any");
  std::string role = "worker";
  app.add_option("--role", role, "What the node started it for: worker, shard or validator; ps shows it");
  CLI11_PARSE(app, argc, argv);
  dk::set_up_log(dk::verbosity::normal);
  return dk::run_worker_process(address, ports.empty() ? dk::port_range{} : dk::parse_ports(ports),
                                dk::read_training_rows);
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
