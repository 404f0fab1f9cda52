#include "runtime/enlist/recruit.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/enlist/row_enlist.hpp"

#include <caf/all.hpp>
#include <memory>
#include <set>

namespace dk {

namespace {

worker_setup setup_from(const enlistment& theirs) {
  return make_worker_setup(parse_job(theirs.job, "the driver's config", "/"), theirs.terms);
}

} // namespace

recruit_actor::behavior_type recruit(recruit_actor::pointer self, std::chrono::seconds patience) {
  self->set_down_handler([self](const caf::down_msg& down) {
    if (down.reason)
      log()->warn("the worker ended: {}", to_failure(down.reason).what());
    self->quit(down.reason);
  });
  auto row_workers = std::make_shared<std::set<caf::actor_addr>>();
  self->set_exit_handler([=](const caf::exit_msg& ended) {
    if (row_workers->erase(ended.source) == 0) // one task is over; another may follow
      self->quit(ended.reason);
  });
  auto enlisted = std::make_shared<bool>(false);
  self->delayed_send(self, patience, caf::tick_atom_v);
  return {
      [=](const enlistment& theirs) -> caf::result<worker_actor> {
        if (*enlisted)
          return make_error(errc::nodes, "this worker process already has a run");
        try {
          auto handle = self->spawn<caf::monitored>(worker, setup_from(theirs));
          *enlisted = true;
          return handle;
        } catch (const failure& why) {
          return make_error(why.code(), why.what());
        }
      },
      [=](const row_enlistment& terms) -> caf::result<row_worker_actor> {
        try {
          auto handle = self->spawn<caf::linked>(row_worker, row_setup_from(terms));
          row_workers->insert(handle.address());
          *enlisted = true;
          return handle;
        } catch (const failure& why) {
          return make_error(why.code(), why.what());
        }
      },
      [=](caf::tick_atom) {
        if (!*enlisted)
          self->quit(make_error(errc::nodes, "no driver connected"));
      },
  };
}

} // namespace dk
