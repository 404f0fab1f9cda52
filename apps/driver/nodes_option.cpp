#include "apps/driver/nodes_option.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <vector>

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

std::string nodes_setting(const std::string& nodes) {
  auto quoted = addresses_in(nodes);
  for (auto& address : quoted)
    address = '"' + address + '"';
  return "cluster.nodes=[" + join(quoted) + "]";
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
