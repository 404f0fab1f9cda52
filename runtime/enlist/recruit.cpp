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

worker_setup setup_from(const enlistment& terms) {
  enlist_terms all{terms.worker, terms.session, terms.label_width, terms.ledger, terms.loader,
                   {},           terms.frozen,  terms.alone_start, terms.resumed};
  for (const auto& shard : terms.shards)
    all.shards.push_back({shard.server, shard.offset, shard.shard_session, shard.start});
  return make_worker_setup(parse_job(terms.job, "the driver's config", "/"), std::move(all));
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
      [=](const enlistment& terms) -> caf::result<worker_actor> {
        if (*enlisted)
          return make_error(errc::nodes, "this worker process already has a run");
        try {
          auto handle = self->spawn<caf::monitored>(worker, setup_from(terms));
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
