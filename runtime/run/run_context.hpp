#pragma once

#include "algorithms/catalog.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/ask.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/run/trainer.hpp"
#include "runtime/run/venue.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace dk {

/// What every part of a run works with; it borrows all but `split`.
struct run_context {
  const job& which;
  const data::dataset& rows;
  const run_options& options;
  const algorithm& rule;
  venue& where;
  caf::actor_system& system;
  caf::scoped_actor& self; ///< the run's main actor
  nn::weight_split split;  ///< of a model's weights

  const resume_state* resume() const { return options.resume; }

  /// How often the run was gone on with.
  std::uint32_t session() const { return resume() == nullptr ? 0 : resume()->session + 1; }

  /// How often, at most, a center is brought to the driver to be saved. One that is on nodes comes over a link that is
  /// meant to be idle.
  std::chrono::milliseconds between_centers() const;

  /// Whether workers go on from their own states.
  bool resumes_workers() const { return resume() != nullptr && !resume()->workers.empty() && keeps_workers(which); }

  /// To the log, and to whoever follows the run.
  void tell(const std::string& text) const;

  /// Asks an actor and returns its answer. One of this process has as long as it takes, and when it dies its reason is
  /// thrown; another process has `cluster.request_timeout`. @throws failure
  template <class Answer, class Actor, class Question>
  Answer ask(const Actor& whom, Question question) const {
    return dk::ask<Answer>(self, whom, std::move(question), request_timeout_of(which), [this] { where.settle(self); });
  }
};

} // namespace dk
