#include "runtime/enlist/recruit.hpp"

#include "actors/protocol/errors.hpp"
#include "actors/worker/data_loader.hpp"
#include "common/log.hpp"
#include "data/sealed_rows.hpp"
#include "runtime/enlist/connect.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/enlist/host_speed.hpp"
#include "runtime/enlist/row_enlist.hpp"
#include "runtime/transport/remote_shard.hpp"
#include "runtime/transport/remote_validator.hpp"
#include "runtime/transport/warehouse.hpp"

#include <caf/all.hpp>
#include <memory>
#include <set>

namespace dk {

namespace {

constexpr auto job_name = "the driver's config";

constexpr std::uint64_t most_cargo = std::uint64_t{1} << 40U; // bytes

// Shards in other processes are reached directly, not by way of the driver; somebody here speaks for each.
void reach_shards(recruit_actor::pointer self, std::vector<shard_link>& shards, const job& which) {
  caf::scoped_actor asker{self->home_system()};
  const std::chrono::milliseconds deadline{static_cast<long>(which.cluster.request_timeout * 1000)};
  for (auto& shard : shards) {
    if (shard.at.port != 0)
      connect_to(asker, shard.at, deadline);
    shard.server = self->spawn(remote_shard, shard.server,
                               stand_in_terms{self->address(), {caf::duration{deadline}}, answer_deadline(which)});
  }
}

caf::actor_addr sender_of(recruit_actor::pointer self) {
  return caf::actor_cast<caf::actor_addr>(self->current_sender());
}

loader_actor spawn_loader_of(recruit_actor::pointer self, const rows_there& rows) {
  loader_setup setup;
  setup.rows = data::dataset_of(std::make_shared<data::sealed_rows>(rows.path), {rows.block_rows, rows.blocks});
  setup.seed = rows.seed;
  setup.shuffle = rows.shuffle;
  setup.sampling = rows.bootstrap ? data::sampling::bootstrap : data::sampling::every_row;
  return self->spawn(data_loader, std::move(setup));
}

// One worker, shard or validator lives here, and the process with it.
template <class Spawn>
auto take(bool& enlisted, Spawn spawn) -> caf::result<decltype(spawn())> {
  if (enlisted)
    return make_error(errc::nodes, "this worker process already has a run");
  return answer([&] {
    auto handle = spawn();
    enlisted = true;
    return handle;
  });
}

} // namespace

recruit_actor::behavior_type recruit(recruit_actor::pointer self, row_source read) {
  self->set_down_handler([self](const caf::down_msg& down) {
    if (down.reason && down.reason != caf::exit_reason::user_shutdown)
      log()->warn("what this process was for ended: {}", to_failure(down.reason).what());
    self->quit(down.reason);
  });
  auto row_workers = std::make_shared<std::set<caf::actor_addr>>();
  self->set_exit_handler([=](const caf::exit_msg& ended) {
    if (row_workers->erase(ended.source) == 0) // one task is over; another may follow
      self->quit(ended.reason);
  });
  auto enlisted = std::make_shared<bool>(false);
  auto goods = std::make_shared<warehouse>(most_cargo);
  return {
      [=](const piece& some) {
        return answer([&] {
          goods->put(sender_of(self), some);
          return true;
        });
      },
      [=](const enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          auto terms = theirs.terms;
          load(blocks_of(terms), goods->take(sender_of(self), theirs.goods));
          reach_shards(self, terms.shards, which);
          if (!terms.rows.path.empty())
            terms.loader = spawn_loader_of(self, terms.rows);
          auto setup = make_worker_setup(which, std::move(terms));
          setup.request_timeout = caf::infinite; // who speaks for a shard has the deadlines; who is gone is noticed
          return self->spawn<caf::monitored>(worker, std::move(setup));
        });
      },
      [=](const server_enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          auto terms = theirs.terms;
          load(blocks_of(terms), goods->take(sender_of(self), theirs.goods));
          const auto weights = terms.start.weights.size();
          const auto shard = self->spawn<caf::monitored>(parameter_server, make_server_setup(which, std::move(terms)));
          return caf::actor_cast<server_actor>(self->spawn(shard_gate, shard, weights));
        });
      },
      [=](const validator_enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          auto terms = theirs.terms;
          load(blocks_of(terms), goods->take(sender_of(self), theirs.goods));
          reach_shards(self, terms.shards, which);
          terms.loader = spawn_loader_of(self, terms.rows);
          const auto made = self->spawn<caf::monitored>(validator, make_validator_setup(which, std::move(terms)));
          return caf::actor_cast<validator_face>(self->spawn(validator_gate, made));
        });
      },
      [=](const row_enlistment& terms) {
        return answer([&] {
          auto handle = self->spawn<caf::linked>(row_worker, row_setup_from(terms));
          row_workers->insert(handle.address());
          *enlisted = true;
          return handle;
        });
      },
      [=](link_probe& probe) { return std::move(probe); },
      [=](const speed_probe& probe) { return answer([&] { return train_a_moment(probe); }); },
      [=](const rows_recipe& recipe) { return answer([&] { return made_by(recipe, read); }); },
  };
}

} // namespace dk
