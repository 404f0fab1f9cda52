#include "runtime/enlist/enlist.hpp"

#include "algorithms/catalog.hpp"
#include "common/random.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>

namespace dk {

namespace {

validation_rule rule_of(const trainer_config& trainer) {
  validation_rule rule;
  rule.by_accuracy = trainer.monitor == "accuracy";
  rule.min_delta = trainer.stop.value("min_delta", 0.0);
  if (trainer.stop.contains("patience"))
    rule.patience = trainer.stop.at("patience").get<std::uint64_t>();
  if (trainer.scheme.name == "emperor")
    rule.emperor = emperor_rule{trainer.scheme.keys.at("threshold"), trainer.scheme.keys.at("divide_by")};
  return rule;
}

} // namespace

caf::duration request_timeout_of(const job& which) {
  return caf::duration{std::chrono::milliseconds{static_cast<long>(which.cluster.request_timeout * 1000)}};
}

caf::duration answer_deadline(const job& which) {
  return policy_of(which).kind == policy_kind::wait ? caf::duration{caf::infinite} : request_timeout_of(which);
}

worker_setup make_worker_setup(const job& which, worker_terms terms) {
  const auto& algorithm = which.trainer.algorithm;
  worker_setup setup;
  setup.id = terms.worker;
  setup.session = terms.session;
  setup.ledger = std::move(terms.ledger);
  setup.loader = std::move(terms.loader);
  setup.shards = std::move(terms.shards);
  setup.exchange = algorithm->worker(algorithm.keys);
  setup.batch_rows = static_cast<std::uint32_t>(which.trainer.batch_size);
  setup.prefetch = static_cast<std::uint32_t>(which.data.prefetch);
  setup.threads = which.trainer.threads;
  setup.compression = which.trainer.compress;
  setup.overlap = which.trainer.overlap && has_center(which);
  setup.gated = policy_of(which).kind == policy_kind::wait;
  const bool may_wait = setup.gated || which.cluster.nodes.empty(); // waiting is no error; who is gone is noticed
  if (!may_wait)
    setup.request_timeout = request_timeout_of(which);
  const auto optimizer = own_optimizer_of(which);
  const auto stream = has_center(which) ? terms.worker : 0; // a model that is trained alone has its own seed
  setup.optimizer = optimizer.name;
  setup.dropout_seed = derive_seed(which.seed, purpose::dropout, {stream});
  setup.stays = keeps_workers(which);
  setup.resumed = std::move(terms.resumed);
  setup.make_replica = [which, optimizer, label_width = terms.label_width, frozen = terms.frozen,
                        start = terms.alone_start] {
    replica own{make_model(which, label_width), nullptr};
    own.optimizer = nn::make_optimizer(optimizer, own.model.num_weights());
    own.model.set_frozen(frozen);
    own.model.adopt(0, start);
    return own;
  };
  return setup;
}

server_setup make_server_setup(const job& which, server_terms terms) {
  const auto& algorithm = which.trainer.algorithm;
  server_setup setup;
  setup.shard = terms.shard;
  setup.offset = terms.offset;
  setup.start = std::move(terms.start);
  setup.folded = std::move(terms.folded);
  setup.grid = terms.grid;
  setup.session = terms.session;
  setup.rule = algorithm->server(algorithm.keys, which.trainer.optimizer);
  setup.policy = policy_of(which);
  setup.compression = which.trainer.compress;
  setup.keep_bases = terms.keep_bases;
  setup.watchers = {std::move(terms.watcher)};
  return setup;
}

validator_setup make_validator_setup(const job& which, validator_terms terms) {
  validator_setup setup;
  for (const auto& link : terms.shards)
    setup.shards.push_back({link.server, link.offset});
  setup.ledger = std::move(terms.ledger);
  setup.loader = std::move(terms.loader);
  setup.rows = terms.held_out;
  setup.make_model = [which, width = terms.label_width, frozen = std::move(terms.frozen)] {
    auto model = make_model(which, width);
    model.set_frozen(frozen);
    return model;
  };
  setup.metrics = which.trainer.metrics;
  setup.grid = terms.grid;
  setup.every = which.trainer.validation_every;
  setup.trained = terms.trained;
  setup.chunks = terms.chunks;
  setup.rule = rule_of(which.trainer);
  setup.earlier = std::move(terms.earlier);
  setup.kept = terms.kept;
  setup.watchers = {std::move(terms.watcher)};
  return setup;
}

} // namespace dk
