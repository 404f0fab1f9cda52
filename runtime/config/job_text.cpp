#include "actors/server/policy.hpp"
#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "runtime/config/job.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace dk {

namespace {

using nlohmann::json;

bool is_bare(const std::string& key) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !key.empty() && key.find_first_not_of(letters) == std::string::npos;
}

// JSON's strings are TOML's, but for the one control character that JSON leaves alone.
std::string quoted(const std::string& text) {
  std::string escaped;
  for (const auto c : json(text).dump(-1, ' ', false, json::error_handler_t::replace))
    if (c == '\x7F')
      escaped += "\\u007F";
    else
      escaped += c;
  return escaped;
}

std::string to_toml(const json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items())
      text += (text.empty() ? " " : ", ") + (is_bare(key) ? key : quoted(key)) + " = " + to_toml(inner);
    return text.empty() ? "{}" : '{' + text + " }";
  }
  if (value.is_array()) {
    for (const auto& inner : value)
      text += (text.empty() ? "" : ", ") + to_toml(inner);
    return '[' + text + ']';
  }
  if (value.is_string())
    return quoted(value.get<std::string>());
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw failure{errc::config, "a config cannot hold the number " + value.dump() + "; the largest is 2^63 - 1"};
  return value.dump();
}

class writer {
public:
  void begin(const std::string& name) {
    text_ += "\n[" + name + "]\n";
    section_ = name + '.';
  }

  void line(const std::string& key, const json& value) {
    values_[section_ + key] = value;
    text_ += key + " = " + to_toml(value) + '\n';
  }

  void line_unless_empty(const std::string& key, const json& value) {
    if (!value.empty() && !(value.is_string() && value.get_ref<const std::string&>().empty()))
      line(key, value);
  }

  /// A list, one element a line.
  void lines(const std::string& key, const std::vector<json>& values) {
    values_[section_ + key] = values;
    text_ += key + " = [";
    for (const auto& value : values)
      text_ += "\n  " + to_toml(value) + ',';
    text_ += values.empty() ? "]\n" : "\n]\n";
  }

  const std::string& text() const { return text_; }
  const std::map<std::string, json>& values() const { return values_; }

private:
  std::string section_;
  std::string text_;
  std::map<std::string, json> values_; // by whole name: "trainer.epochs"
};

json source_value(const spec& source) {
  auto value = source.keys;
  value["format"] = source.name;
  return value;
}

json named_value(const spec& named) {
  if (named.keys.empty())
    return named.name;
  auto value = named.keys;
  value["name"] = named.name;
  return value;
}

json layer_value(const spec& layer) {
  auto value = layer.keys;
  const auto primary = nn::primary_key(layer.name);
  json own = true;
  if (!primary.empty()) {
    own = value.value(primary, json{});
    value.erase(primary);
  }
  value[layer.name] = own;
  return value;
}

void write_data(writer& to, const data_config& data) {
  to.begin("data");
  if (data.train)
    to.line("train", source_value(*data.train));
  if (data.validate)
    to.line("validate", source_value(*data.validate));
  if (data.test)
    to.line("test", source_value(*data.test));
  std::vector<json> transforms;
  for (const auto& transform : data.transforms)
    transforms.push_back({{transform.name, transform.keys}});
  to.lines("transforms", transforms);
  to.line("shuffle", data.shuffle);
  to.line("prefetch", data.prefetch);
  to.line("memory", data.memory);
  to.line("precache", data.precache);
  to.line("cache_folder", data.cache_folder);
  to.line("validation", data.validation);
  to.line("stratify", data.stratify);
}

void write_model(writer& to, const model_config& model) {
  to.begin("model");
  to.line_unless_empty("keras", model.keras);
  to.line_unless_empty("weights", model.weights);
  if (!model.trainable.is_null())
    to.line("trainable", model.trainable);
  if (!model.keras.empty())
    return;
  std::vector<json> inputs;
  for (const auto& input : model.inputs)
    inputs.push_back({{"name", input.name}, {"shape", input.extents}});
  if (inputs.empty())
    to.line("input", model.input);
  else
    to.lines("inputs", inputs);
  std::vector<json> layers;
  for (const auto& layer : model.layers)
    layers.push_back(layer_value(layer));
  to.lines("layers", layers);
  to.line_unless_empty("outputs", model.outputs);
}

void write_trainer(writer& to, const trainer_config& trainer, const std::vector<std::string>& left) {
  const auto line_unless_left = [&](const char* key, const json& value) {
    if (std::find(left.begin(), left.end(), key) == left.end())
      to.line(key, value);
  };
  to.begin("trainer");
  to.line("algorithm", trainer.algorithm.name);
  for (const auto& [key, value] : trainer.algorithm.keys.items())
    to.line(key, value);
  to.line("workers", trainer.workers);
  to.line("threads", trainer.threads);
  to.line("epochs", trainer.epochs);
  to.line("batch_size", trainer.batch_size);
  to.line("communication_window", trainer.communication_window);
  to.line("servers", trainer.servers);
  to.line("assignment", trainer.assignment);
  to.line_unless_empty("policy", trainer.policy);
  if (const auto policy = find_policy(trainer.policy); policy && is_bounded(*policy))
    to.line("max_staleness", trainer.max_staleness);
  to.line("overlap", trainer.overlap);
  line_unless_left("optimizer", named_value(trainer.optimizer));
  auto losses = json::array();
  for (const auto& loss : trainer.loss.losses)
    losses.push_back(named_value(loss));
  line_unless_left("loss", losses.size() == 1 ? losses[0] : losses);
  to.line_unless_empty("loss_weights", trainer.loss.weights);
  to.line_unless_empty("class_weight", trainer.class_weight);
  auto metrics = json::array();
  for (const auto& metric : trainer.metrics)
    metrics.push_back(named_value(metric));
  line_unless_left("metrics", metrics);
  to.line("stop", trainer.stop);
  to.line("validation_every", trainer.validation_every);
  to.line("monitor", trainer.monitor);
  to.line("keep", trainer.keep);
  to.line("scheme", named_value(trainer.scheme));
  to.line("record", trainer.record);
}

void write_cluster(writer& to, const cluster_config& cluster) {
  to.begin("cluster");
  std::vector<std::string> nodes;
  for (const auto& node : cluster.nodes)
    nodes.push_back(to_string(node));
  to.line("nodes", nodes);
  to.line("request_timeout", cluster.request_timeout);
  to.line("heartbeat", cluster.heartbeat);
  to.line("connection_timeout", cluster.connection_timeout);
}

std::vector<json> events_of(const std::vector<laboratory_config::event>& events) {
  std::vector<json> values;
  for (const auto& event : events)
    values.push_back({{"worker", event.worker}, {"at", event.at}});
  return values;
}

void write_laboratory(writer& to, const laboratory_config& laboratory) {
  to.begin("laboratory");
  to.line("seed", laboratory.seed);
  to.line("computing", laboratory.computing);
  if (laboratory.rows_per_second == 0) // one of the two
    to.line("batch_seconds", laboratory.batch_seconds);
  to.line("rows_per_second", laboratory.rows_per_second);
  to.line("deviation", laboratory.deviation);
  to.line("stragglers", laboratory.stragglers);
  to.line("straggler_factor", laboratory.straggler_factor);
  to.line("factors", laboratory.factors);
  to.line("latency", laboratory.latency);
  to.line("bandwidth", laboratory.bandwidth);
  to.line("service_time", laboratory.service_time);
  to.line("loss", laboratory.loss);
  to.line("doubling", laboratory.doubling);
  to.line("resend", laboratory.resend);
  to.lines("kills", events_of(laboratory.kills));
  to.lines("joins", events_of(laboratory.joins));
  to.line("kill_rate", laboratory.kill_rate);
  to.line("join_rate", laboratory.join_rate);
  to.line("dry", laboratory.dry);
  to.line("rows", laboratory.rows);
}

} // namespace

namespace {

writer written(const job& which) {
  writer to;
  to.line("name", which.name);
  to.line("seed", which.seed);
  write_data(to, which.data);
  write_model(to, which.model);
  write_trainer(to, which.trainer, which.model.left);
  write_cluster(to, which.cluster);
  write_laboratory(to, which.laboratory);
  return to;
}

} // namespace

std::string to_toml(const job& which) {
  return written(which).text();
}

std::vector<std::string> differing_keys(const job& a, const job& b) {
  const auto here = written(a);
  const auto there = written(b);
  std::set<std::string> keys;
  for (const auto& [key, unused] : here.values())
    keys.insert(key);
  for (const auto& [key, unused] : there.values())
    keys.insert(key);
  std::vector<std::string> all;
  for (const auto& key : keys) {
    const auto one = here.values().find(key);
    const auto other = there.values().find(key);
    if (one == here.values().end() || other == there.values().end() || one->second != other->second)
      all.push_back(key);
  }
  return all;
}

} // namespace dk
