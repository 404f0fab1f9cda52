#include "service/queue/dispatcher.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

namespace dk::service {

namespace {

using dispatcher_pointer = dispatcher_actor::stateful_pointer<dispatcher_state>;
using attempt_kind = attempt_status::kind;

void choose(dispatcher_pointer self);

std::int64_t busy_cores(const dispatcher_state& state) {
  std::int64_t sum = 0;
  for (const auto& one : state.busy)
    sum += one.second;
  return sum;
}

// No step means that somebody cancelled the job in between: the next look sees it with its new state.
void forget_ended(dispatcher_pointer self, std::int64_t id, const job_found& after_step) {
  if (!after_step.job)
    return;
  auto& state = self->state;
  state.under_way.erase(id);
  state.busy.erase(id);
  choose(self);
}

// Asks the store for a step; `then` gets the job after it, or nothing when it was in another state. No other step of
// this job is asked for meanwhile.
template <class Then>
void take_step(dispatcher_pointer self, const job_step& step, Then then) {
  self->state.in_step.insert(step.id);
  self->request(self->state.setup.store, caf::infinite, step)
      .then(
          [=](const job_found& found) {
            self->state.in_step.erase(step.id);
            if (const auto known = self->state.under_way.find(step.id);
                known != self->state.under_way.end() && found.job)
              known->second = *found.job;
            then(found);
          },
          [=](const caf::error& why) { // the disk is full, for example: the next look tries again
            self->state.in_step.erase(step.id);
            log()->error("job {} stays {}: {}", step.id, word_of(step.from), to_failure(why).what());
          });
}

job_step step_of(const job_record& job, job_state to, moment now) {
  job_step step;
  step.id = job.id;
  step.from = job.state;
  step.to = to;
  step.time = now;
  step.cause = job.cause;
  return step;
}

void end_attempt(dispatcher_pointer self, const job_record& job, const attempt_status& attempt,
                 const std::string& cause) {
  const auto& setup = self->state.setup;
  take_step(self, step_after(job, attempt, cause, setup.rule, setup.world.now()),
            [=](const job_found& found) { forget_ended(self, job.id, found); });
}

// A job whose attempt nobody has begun, and now nobody can.
void begin_anew(dispatcher_pointer self, const job_record& job) {
  auto step = step_of(job, job.state == job_state::stopping ? job_state::cancelled : job_state::queued,
                      self->state.setup.world.now());
  take_step(self, step, [=](const job_found& found) { forget_ended(self, job.id, found); });
}

void follow(dispatcher_pointer self, const job_record& job) {
  const auto& setup = self->state.setup;
  const auto attempt = setup.world.look(job);
  const auto now = setup.world.now();
  switch (attempt.what) {
  case attempt_kind::unclaimed: {
    const auto is_late = now - job.started.value_or(0) >= std::chrono::milliseconds{setup.time_to_begin}.count();
    if ((is_late || job.state == job_state::stopping) && setup.world.give_up(job))
      begin_anew(self, job);
    break;
  }
  case attempt_kind::attended:
    if (job.state == job_state::starting)
      take_step(self, step_of(job, job_state::running, now), [](const job_found&) {});
    else if (job.state == job_state::stopping)
      setup.world.stop(job, attempt.attendant); // once is enough, but a former server may have died before
    break;
  case attempt_kind::ended:
    end_attempt(self, job, attempt, attempt.end.status == 0 ? "" : setup.world.cause(job));
    break;
  case attempt_kind::vanished:
    end_attempt(self, job, attempt, "");
    break;
  }
}

void look_at_all(dispatcher_pointer self) {
  auto& state = self->state;
  for (const auto& [id, job] : std::map<std::int64_t, job_record>{state.under_way}) // following may end some
    if (state.in_step.count(id) == 0) {
      try {
        follow(self, job);
      } catch (const failure& why) {
        log()->error("job {}: {}", id, why.what());
      }
    }
}

void begin_attempt(dispatcher_pointer self, const job_record& job) {
  auto& state = self->state;
  state.under_way[job.id] = job;
  try {
    state.setup.world.begin(job);
  } catch (const failure& why) {
    log()->error("job {} cannot be started: {}", job.id, why.what());
    if (state.setup.world.give_up(job))
      end_attempt(self, job, {attempt_kind::vanished, 0, {}}, why.what());
  }
}

void start_job(dispatcher_pointer self, const job_record& job) {
  auto& state = self->state;
  const auto cores = std::max<std::int64_t>(1, state.setup.world.cores(job));
  if (!state.busy.empty() && busy_cores(state) + cores > state.setup.cores)
    return; // the next in turn waits until there is room: smaller ones do not overtake it for ever
  state.busy[job.id] = cores;
  auto step = step_of(job, job_state::starting, state.setup.world.now());
  step.is_new_attempt = true;
  take_step(self, step, [=](const job_found& found) {
    if (found.job)
      begin_attempt(self, *found.job);
    else
      self->state.busy.erase(job.id); // cancelled in between
    choose(self);
  });
}

// Starts the next job, if there is room.
void choose(dispatcher_pointer self) {
  auto& state = self->state;
  if (std::exchange(state.is_choosing, true)) {
    state.is_to_choose_again = true;
    return;
  }
  const auto done = [=] {
    self->state.is_choosing = false;
    if (std::exchange(self->state.is_to_choose_again, false))
      choose(self);
  };
  self->request(state.setup.store, caf::infinite, next_job_wanted{state.setup.world.now()})
      .then(
          [=](const job_found& found) {
            if (found.job && self->state.busy.count(found.job->id) == 0)
              start_job(self, *found.job);
            done();
          },
          [=](const caf::error& why) {
            log()->error("no job can be chosen: {}", to_failure(why).what());
            done();
          });
}

using job_promise = caf::typed_response_promise<job_found>;

// Where a job is to go that somebody cancels; nothing where it has ended, or is on its way there.
std::optional<job_state> cancelled_from(job_state state) {
  switch (state) {
  case job_state::queued:
    return job_state::cancelled;
  case job_state::starting:
  case job_state::running:
    return job_state::stopping;
  default:
    return std::nullopt;
  }
}

std::optional<job_state> resumed_from(job_state state) {
  return is_end(state) && state != job_state::finished ? std::optional{job_state::queued} : std::nullopt;
}

// Moves a job on from wherever it is, also when it moves by itself meanwhile.
void move_on(dispatcher_pointer self, std::int64_t id, const std::string& cause,
             std::optional<job_state> (*goal)(job_state), job_promise promise) {
  const auto fail = [promise](const caf::error& why) mutable { promise.deliver(why); };
  self->request(self->state.setup.store, caf::infinite, job_wanted{id})
      .then(
          [=](const job_found& found) mutable {
            const auto to = found.job ? goal(found.job->state) : std::nullopt;
            if (!to) {
              promise.deliver(job_found{});
              return;
            }
            auto step = step_of(*found.job, *to, self->state.setup.world.now());
            step.cause = cause;
            self->request(self->state.setup.store, caf::infinite, step)
                .then(
                    [=](const job_found& moved) mutable {
                      if (!moved.job)
                        return move_on(self, id, cause, goal, promise);
                      if (const auto known = self->state.under_way.find(id); known != self->state.under_way.end())
                        known->second = *moved.job;
                      look_at_all(self);
                      choose(self);
                      promise.deliver(moved);
                    },
                    fail);
          },
          fail);
}

void look_again_later(dispatcher_pointer self) {
  self->delayed_send(self, self->state.setup.pause, look_atom::value);
}

// Takes over what was under way when the server ended.
void take_over(dispatcher_pointer self) {
  self->request(self->state.setup.store, caf::infinite, jobs_under_way_wanted{})
      .then(
          [=](const jobs_found& found) {
            for (const auto& job : found.jobs) {
              self->state.under_way[job.id] = job;
              self->state.busy[job.id] = std::max<std::int64_t>(1, self->state.setup.world.cores(job));
              if (job.state == job_state::starting && self->state.setup.world.give_up(job))
                begin_anew(self, job); // the server ended before anybody had begun it
            }
            look_at_all(self);
            choose(self);
            look_again_later(self);
          },
          [=](const caf::error& why) { self->quit(why); });
}

} // namespace

dispatcher_actor::behavior_type dispatcher(dispatcher_pointer self, dispatcher_setup setup) {
  self->state.setup = std::move(setup);
  end_on_exception(self);
  take_over(self);
  return {
      [=](wake_atom) { choose(self); },
      [=](look_atom) {
        look_at_all(self);
        choose(self); // an attempt that had to wait may be due
        look_again_later(self);
      },
      [=](const job_cancel& what) {
        auto promise = self->make_response_promise<job_found>();
        move_on(self, what.id, what.cause, cancelled_from, promise);
        return promise;
      },
      [=](const job_resume& what) {
        auto promise = self->make_response_promise<job_found>();
        move_on(self, what.id, "", resumed_from, promise);
        return promise;
      },
  };
}

} // namespace dk::service
