#pragma once

#include "actors/server/parameter_server.hpp"
#include "actors/validator/validator.hpp"
#include "actors/worker/worker.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/messages.hpp"

namespace dk {

/// How long who is in another process has for an answer.
caf::duration request_timeout_of(const job& which);

/// The same for an answer of a shard to a worker. Under the policy "wait" it may take as long as others do.
caf::duration answer_deadline(const job& which);

/// A worker of this job: the model, the optimizer and the algorithm's rule that the config names.
/// @throws failure (config, shape)
worker_setup make_worker_setup(const job& which, worker_terms terms);

/// A shard of this job's center: the algorithm's rule and the policy that the config names.
/// @throws failure (config)
server_setup make_server_setup(const job& which, server_terms terms);

/// A validator of this job's centers: the model, the metrics and the rule that the config names.
/// @throws failure (config, shape)
validator_setup make_validator_setup(const job& which, validator_terms terms);

} // namespace dk
