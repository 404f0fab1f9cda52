#include "runtime/config/config_sections.hpp"

namespace dk {

namespace {

std::vector<endpoint> nodes_at(const key_reading& at) {
  std::vector<endpoint> nodes;
  for (const auto& path : at.list())
    placed(at.in.tree(), path,
           [&] { nodes.push_back(parse_endpoint(value_at(at.in.tree(), path)->get<std::string>())); });
  return nodes;
}

nlohmann::json nodes_value(const std::vector<endpoint>& nodes) {
  auto values = nlohmann::json::array();
  for (const auto& node : nodes)
    values.push_back(to_string(node));
  return values;
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
           seconds(&cluster_config::request_timeout, "request_timeout", "how long another process may take to answer"),
           seconds(&cluster_config::heartbeat, "heartbeat", "between two heartbeats on a connection"),
           seconds(&cluster_config::connection_timeout, "connection_timeout",
                   "a connection is dropped if no heartbeat arrives, or nothing that was sent is acknowledged, for "
                   "this long")}};
}

} // namespace dk
