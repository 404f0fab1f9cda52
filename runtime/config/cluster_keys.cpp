#include "runtime/config/config_sections.hpp"
#include "runtime/config/job_rules.hpp"

#include <algorithm>

namespace dk {

namespace {

std::vector<endpoint> nodes_at(const key_reading& at) {
  std::vector<endpoint> nodes;
  for (const auto& path : at.list())
    placed(at.in.tree(), path, [&] {
      const auto node = parse_endpoint(value_at(at.in.tree(), path)->get<std::string>());
      if (std::find(nodes.begin(), nodes.end(), node) != nodes.end())
        throw failure{errc::config, to_string(node) + " is named twice; name each node once"};
      nodes.push_back(node);
    });
  return nodes;
}

nlohmann::json nodes_value(const std::vector<endpoint>& nodes) {
  auto values = nlohmann::json::array();
  for (const auto& node : nodes)
    values.push_back(to_string(node));
  return values;
}

constexpr auto servers_expected = R"("driver", "nodes" or a list of HOST:PORT that are among the nodes)";

std::optional<server_place> servers_at(const key_reading& at) {
  if (at.value() == "driver")
    return server_place{true, {}};
  if (at.value() == "nodes")
    return server_place{};
  if (!at.value().is_array() || at.value().empty())
    at.refuse();
  for (const auto& one : at.value())
    if (!one.is_string())
      at.refuse();
  return server_place{false, nodes_at(at)};
}

nlohmann::json servers_value(const std::optional<server_place>& servers) {
  if (!servers)
    return {};
  if (servers->in_driver)
    return "driver";
  return servers->nodes.empty() ? nlohmann::json("nodes") : nodes_value(servers->nodes);
}

// A shard for each node that is named, unless the config says how many.
void finish_cluster(const section& in, job& to) {
  const auto& cluster = to.cluster;
  if (cluster.nodes.empty() && cluster.servers && !cluster.servers->in_driver)
    in.refuse_without("servers", "`nodes`, the hosts of the shards; or set it to \"driver\"");
  if (value_at(in.tree(), "trainer/servers") != nullptr || !serves_on_nodes(to))
    return;
  const auto& hosts = cluster.servers && !cluster.servers->nodes.empty() ? cluster.servers->nodes : cluster.nodes;
  to.trainer.servers = std::clamp<std::size_t>(hosts.size(), 1, 64);
}

} // namespace

config_section cluster_section() {
  const auto seconds = [](auto member, const char* name, std::string text) {
    return plain_key(&job::cluster, member, number_rule(name, from_to(0.001, 1e6, "seconds")), std::move(text));
  };
  return {"cluster",
          {made_key(&job::cluster, &cluster_config::nodes,
                    rule_of("nodes", key_kind::word_list, R"(a list of HOST:PORT, as in ["10.0.0.5:7077"])"),
                    "train on these nodes", nodes_at, nodes_value),
           shown_unless_empty(made_key(&job::cluster, &cluster_config::servers,
                                       rule_of("servers", key_kind::part, servers_expected),
                                       "where the shards of the center are", servers_at, servers_value)),
           seconds(&cluster_config::request_timeout, "request_timeout", "how long another process may take to answer"),
           seconds(&cluster_config::heartbeat, "heartbeat", "between two heartbeats on a connection"),
           seconds(&cluster_config::connection_timeout, "connection_timeout",
                   "a connection is dropped if no heartbeat arrives, or nothing that was sent is acknowledged, for "
                   "this long")},
          finish_cluster};
}

} // namespace dk
