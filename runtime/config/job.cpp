#include "runtime/config/job.hpp"

#include "common/error.hpp"

#include <tuple>

namespace dk {

bool operator==(const data_config& a, const data_config& b) {
  const auto all = [](const data_config& c) {
    return std::tie(c.train, c.validate, c.test, c.transforms, c.shuffle, c.prefetch, c.memory, c.precache,
                    c.cache_folder, c.validation, c.stratify);
  };
  return all(a) == all(b);
}

bool operator==(const model_config& a, const model_config& b) {
  const auto all = [](const model_config& c) {
    return std::tie(c.input, c.layers, c.inputs, c.outputs, c.trainable, c.keras, c.weights, c.left);
  };
  return all(a) == all(b);
}

bool operator==(const trainer_config& a, const trainer_config& b) {
  const auto all = [](const trainer_config& c) {
    return std::tie(c.algorithm, c.workers, c.threads, c.epochs, c.batch_size, c.communication_window, c.servers,
                    c.assignment, c.policy, c.max_staleness, c.overlap, c.optimizer, c.loss, c.class_weight, c.metrics,
                    c.stop, c.validation_every, c.monitor, c.keep, c.scheme, c.record);
  };
  return all(a) == all(b);
}

bool operator==(const cluster_config& a, const cluster_config& b) {
  const auto all = [](const cluster_config& c) {
    return std::tie(c.nodes, c.request_timeout, c.heartbeat, c.connection_timeout);
  };
  return all(a) == all(b);
}

bool operator==(const laboratory_config::event& a, const laboratory_config::event& b) {
  return a.worker == b.worker && a.at == b.at;
}

bool operator==(const laboratory_config& a, const laboratory_config& b) {
  const auto all = [](const laboratory_config& c) {
    return std::tie(c.seed, c.computing, c.batch_seconds, c.rows_per_second, c.deviation, c.stragglers,
                    c.straggler_factor, c.factors, c.latency, c.bandwidth, c.service_time, c.loss, c.doubling, c.resend,
                    c.kills, c.joins, c.kill_rate, c.join_rate, c.dry, c.rows);
  };
  return all(a) == all(b);
}

bool operator==(const job& a, const job& b) {
  const auto all = [](const job& c) {
    return std::tie(c.name, c.seed, c.data, c.model, c.trainer, c.cluster, c.laboratory);
  };
  return all(a) == all(b);
}

void require_complete(const job& which, const std::string& origin) {
  const auto missing = [&](const std::string& what) { throw failure{errc::config, origin + ": " + what}; };
  if (!which.data.train)
    missing("has no training data; give `train` in [data], as in train = { format = \"csv\", path = \"train.csv\" }");
  if (!which.model.keras.empty())
    return;
  if (which.model.layers.empty())
    missing("has no model; give `input` and `layers` in [model], or `keras`");
  if (which.model.input.empty())
    missing("has a model without a shape of its input; give `input` in [model], as in input = [784]");
}

} // namespace dk
