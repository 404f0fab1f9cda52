#include "runtime/enlist/enlist.hpp"

#include "algorithms/catalog.hpp"
#include "common/random.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>

namespace dk {

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

} // namespace dk
