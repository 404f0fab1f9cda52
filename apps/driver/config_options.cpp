#include "apps/driver/config_options.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "runtime/config/variables.hpp"

#include <algorithm>

namespace dk {

namespace {

// "h1:1,h2:2" is two addresses.
std::vector<std::string> addresses_in(const std::string& nodes) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from <= nodes.size();) {
    const auto comma = std::min(nodes.find(',', from), nodes.size());
    all.push_back(nodes.substr(from, comma - from));
    from = comma + 1;
  }
  return all;
}

} // namespace

CLI::Validator not_empty() {
  return {[](const std::string& given) { return given.empty() ? std::string{"is empty"} : std::string{}; }, ""};
}

CLI::Option* add_config_options(CLI::App& to, config_options& options) {
  to.add_option("--set", options.settings, "Override a key: section.key=value (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  return to.add_option("CONFIG", options.config, "A job: TOML in a .cfg file (docs/config.md)");
}

void add_nodes_option(CLI::App& to, std::string& nodes, const std::string& what) {
  to.add_option("--nodes", nodes, "Nodes " + what + ": host:port,host:port")->check(not_empty());
}

std::vector<std::string> all_settings(const config_options& options) {
  auto all = options.settings;
  if (options.nodes.empty())
    return all;
  auto quoted = addresses_in(options.nodes);
  for (auto& address : quoted)
    address = '"' + address + '"';
  all.push_back("cluster.nodes=[" + join(quoted) + "]");
  return all;
}

void warn_of_variables() {
  for (const auto& line : check_variables(variables_of_process()))
    log()->warn("{}", line);
}

job load(const config_options& options) {
  warn_of_variables();
  return load_job(options.config, all_settings(options));
}

cluster_config cluster_of(const std::string& nodes) {
  cluster_config cluster;
  if (nodes.empty())
    return cluster;
  for (const auto& address : addresses_in(nodes))
    try {
      cluster.nodes.push_back(parse_endpoint(address));
    } catch (const failure& why) {
      throw failure{errc::usage, std::string{"--nodes: "} + why.what()};
    }
  return cluster;
}

} // namespace dk
