// A host's node: listens for drivers and starts worker processes for them. No code in here trains.

#include "common/endpoint.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "common/version.hpp"
#include "runtime/node/row_cache.hpp"
#include "runtime/node/serve_node.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <netdb.h>
#include <sys/socket.h>
#include <thread>

namespace {

// What `parse` makes of an option's value.
template <class Parse>
auto parsed(const std::string& name, Parse parse) {
  try {
    return parse();
  } catch (const dk::failure& why) {
    throw dk::failure{dk::errc::usage, name + ": " + why.what()};
  }
}

// "10.0.0.5" of itself, "fd00::5" of "[fd00::5]".
std::string host_of(const std::string& name, const std::string& text) {
  try {
    return dk::parse_endpoint(text + ":1").host;
  } catch (const dk::failure&) {
    throw dk::failure{dk::errc::usage,
                      name + ": \"" + text + "\" is no host; expected one without a port, as in 10.0.0.5 or [fd00::5]"};
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

// Says whom an address that is not loopback's lets in, and whom it keeps out by mistake.
void check_reach(const dk::node_options& options, const std::string& listen) {
  const auto behind = is_loopback(options.listen) ? "" : loopback_behind(options.listen.host);
  if (!behind.empty()) {
    dk::log()->warn("--listen {}: {} is {} on this host, which no other host reaches; to be reached, listen on the "
                    "address of a network card, or 0.0.0.0 for all",
                    listen, options.listen.host, behind);
  } else if (!is_loopback(options.listen)) {
    if (!options.insecure)
      throw dk::failure{dk::errc::usage, "--listen " + listen +
                                             " is not a loopback address, and dk_node has no authentication; listen on "
                                             "127.0.0.1, or add --insecure on a network that you trust"};
    dk::log()->warn("listening on {} without any authentication: whoever reaches it controls this node", listen);
  }
}

struct cache_options {
  std::string folder = dk::usual_cache_folder();
  std::uint64_t bytes = std::uint64_t{20} << 30U;
  bool clear = false;
};

// @return the subcommand that shows it
const CLI::App* add_cache_options(CLI::App& app, cache_options& to) {
  app.add_option("--cache", to.folder, "The folder of the rows that drivers send")->capture_default_str();
  app.add_option("--cache-size", to.bytes, "What they may take at most, as in 20GiB; those not used for longest go")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("20GiB");
  auto* const cached = app.add_subcommand("cache", "List the rows in --cache, or remove those that nobody uses");
  cached->fallthrough(); // --cache after it is meant, too
  cached->add_flag("--clear", to.clear, "Remove them");
  return cached;
}

int show_cache(const cache_options& options) {
  if (std::filesystem::exists(options.folder) && !std::filesystem::is_directory(options.folder))
    throw dk::failure{dk::errc::usage,
                      "--cache " + options.folder + " is no folder; name the folder of a node's cache"};
  const dk::row_cache cache{options.folder, options.bytes};
  if (options.clear) {
    const auto done = cache.clear();
    for (const auto& one : done.in_use)
      std::printf("%s  %s bytes stay: a node uses them\n", one.name.c_str(), dk::with_commas(one.bytes).c_str());
    std::printf("%s bytes removed\n", dk::with_commas(done.bytes).c_str());
    return 0;
  }
  std::uint64_t bytes = 0;
  const auto all = cache.entries();
  for (const auto& one : all) {
    std::printf("%s  %s bytes\n", one.name.c_str(), dk::with_commas(one.bytes).c_str());
    bytes += one.bytes;
  }
  std::printf("%zu file%s, %s bytes\n", all.size(), all.size() == 1 ? "" : "s", dk::with_commas(bytes).c_str());
  return 0;
}

// The command line.
struct words {
  std::string listen = "127.0.0.1:7077";
  std::string join;
  std::string ports;
  std::string advertise;
  std::uint32_t workers = std::max(1U, std::thread::hardware_concurrency());
  bool names_workers = false;
  bool insecure = false;
  bool verbose = false;
  bool shows_cache = false;
  cache_options cache;
};

void parse(int argc, char** argv, words& to, CLI::App& app) {
  app.set_version_flag("--version", std::string{"dk_node "} + dk::version_text);
  app.add_option("--listen", to.listen, "HOST:PORT to listen on; port 0 for any")->capture_default_str();
  app.add_option("--join", to.join, "HOST:PORT of another node: drivers that name it find this one too");
  app.add_option("--ports", to.ports, "FIRST-LAST: the ports of its processes, for a firewall; otherwise any");
  app.add_option("--advertise", to.advertise, "The host by which others reach this node, where --listen does not tell");
  const auto* const workers_option = app.add_option("--workers", to.workers, "Worker processes at most")
                                         ->check(CLI::Range(1, 10000))
                                         ->capture_default_str();
  const auto* const cached = add_cache_options(app, to.cache);
  app.add_flag("--insecure", to.insecure,
               "Allow an address other than loopback: whoever reaches it controls this node");
  app.add_flag("-v,--verbose", to.verbose, "Log more");
  app.parse(argc, argv);
  to.names_workers = workers_option->count() > 0;
  to.shows_cache = cached->parsed();
}

dk::node_options options_of(const words& said) {
  dk::node_options options;
  options.cache = said.cache.folder;
  options.cache_bytes = said.cache.bytes;
  options.workers = said.workers;
  options.names_workers = said.names_workers;
  options.insecure = said.insecure;
  options.listen = parsed("--listen", [&] { return dk::parse_endpoint(said.listen, 0); });
  if (!said.join.empty())
    options.join = parsed("--join", [&] { return dk::parse_endpoint(said.join); });
  if (!said.ports.empty())
    options.ports = parsed("--ports", [&] { return dk::parse_ports(said.ports); });
  if (!said.advertise.empty())
    options.advertise = host_of("--advertise", said.advertise);
  return options;
}

int run(int argc, char** argv) {
  CLI::App app{"Runs worker processes on this host for the drivers that ask."};
  words said;
  try {
    parse(argc, argv, said, app);
  } catch (const CLI::ParseError& why) {
    if (why.get_exit_code() == 0)
      return app.exit(why);
    throw dk::failure{dk::errc::usage, std::string{why.what()} + "; see dk_node --help"};
  }
  dk::set_up_log(said.verbose ? dk::verbosity::verbose : dk::verbosity::normal);
  if (said.shows_cache)
    return show_cache(said.cache);
  const auto options = options_of(said);
  check_reach(options, said.listen);
  return 128 + dk::serve_node(options);
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
