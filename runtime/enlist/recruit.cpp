#include "runtime/enlist/recruit.hpp"

#include "actors/protocol/errors.hpp"
#include "actors/worker/data_loader.hpp"
#include "common/log.hpp"
#include "data/sealed_rows.hpp"
#include "runtime/enlist/connect.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/enlist/host_speed.hpp"
#include "runtime/enlist/row_enlist.hpp"

#include <caf/all.hpp>
#include <memory>
#include <set>

namespace dk {

namespace {

constexpr auto job_name = "the driver's config";

// Shards in other processes are reached directly, not by way of the driver.
void reach_shards(caf::actor_system& system, const worker_terms& terms, const job& which) {
  caf::scoped_actor self{system};
  const std::chrono::milliseconds deadline{static_cast<long>(which.cluster.request_timeout * 1000)};
  for (const auto& shard : terms.shards)
    if (shard.at.port != 0)
      connect_to(self, shard.at, deadline);
}

loader_actor spawn_loader_of(recruit_actor::pointer self, const rows_there& rows) {
  loader_setup setup;
  setup.rows = data::dataset_of(std::make_shared<data::sealed_rows>(rows.path), {rows.block_rows, rows.blocks});
  setup.seed = rows.seed;
  setup.shuffle = rows.shuffle;
  setup.sampling = rows.bootstrap ? data::sampling::bootstrap : data::sampling::every_row;
  return self->spawn(data_loader, std::move(setup));
}

// One worker or one shard lives here, and the process with it.
template <class Spawn>
auto take(bool& enlisted, Spawn spawn) -> caf::result<decltype(spawn())> {
  if (enlisted)
    return make_error(errc::nodes, "this worker process already has a run");
  try {
    auto handle = spawn();
    enlisted = true;
    return handle;
  } catch (const failure& why) {
    return make_error(why.code(), why.what());
  }
}

} // namespace

recruit_actor::behavior_type recruit(recruit_actor::pointer self, row_source read) {
  self->set_down_handler([self](const caf::down_msg& down) {
    if (down.reason)
      log()->warn("what this process was for ended: {}", to_failure(down.reason).what());
    self->quit(down.reason);
  });
  auto row_workers = std::make_shared<std::set<caf::actor_addr>>();
  self->set_exit_handler([=](const caf::exit_msg& ended) {
    if (row_workers->erase(ended.source) == 0) // one task is over; another may follow
      self->quit(ended.reason);
  });
  auto enlisted = std::make_shared<bool>(false);
  return {
      [=](const enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          reach_shards(self->home_system(), theirs.terms, which);
          auto terms = theirs.terms;
          if (!terms.rows.path.empty())
            terms.loader = spawn_loader_of(self, terms.rows);
          return self->spawn<caf::monitored>(worker, make_worker_setup(which, std::move(terms)));
        });
      },
      [=](const server_enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          return self->spawn<caf::monitored>(parameter_server, make_server_setup(which, theirs.terms));
        });
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
      [=](link_probe& probe) { return std::move(probe); },
      [=](const speed_probe& probe) -> caf::result<speed_facts> {
        try {
          return train_a_moment(probe);
        } catch (const failure& why) {
          return make_error(why.code(), why.what());
        }
      },
      [=](const rows_recipe& recipe) -> caf::result<rows_made> {
        try {
          return made_by(recipe, read);
        } catch (const failure& why) {
          return make_error(why.code(), why.what());
        }
      },
  };
}

} // namespace dk
