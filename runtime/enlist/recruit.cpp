#include "runtime/enlist/recruit.hpp"

#include "actors/protocol/countdown.hpp"
#include "actors/protocol/errors.hpp"
#include "actors/worker/data_loader.hpp"
#include "actors/worker/part_reader.hpp"
#include "common/log.hpp"
#include "data/sealed_rows.hpp"
#include "runtime/enlist/ask.hpp"
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
std::vector<remote_shard_actor> reach_shards(recruit_actor::pointer self, const std::vector<shard_link>& links,
                                             const job& which) {
  caf::scoped_actor asker{self->home_system()};
  const std::chrono::milliseconds deadline{static_cast<long>(which.cluster.request_timeout * 1000)};
  std::vector<remote_shard_actor> all;
  for (const auto& link : links) {
    if (link.at.port != 0)
      connect_to(asker, link.at, deadline);
    all.push_back(self->spawn(remote_shard, link.server,
                              stand_in_terms{self->address(), {caf::duration{deadline}}, answer_deadline(which)}));
  }
  return all;
}

// The worker begins when it has what each shard begins with.
caf::result<worker_actor> begin_work(recruit_actor::pointer self, worker_setup setup,
                                     const std::vector<remote_shard_actor>& shards) {
  if (shards.empty())
    return self->spawn<caf::monitored>(worker, std::move(setup));
  auto promise = self->make_response_promise<worker_actor>();
  const auto ready = std::make_shared<worker_setup>(std::move(setup));
  const auto one_is_in = countdown(
      shards.size(), [=]() mutable { promise.deliver(self->spawn<caf::monitored>(worker, std::move(*ready))); });
  for (std::size_t i = 0; i < shards.size(); ++i) {
    ready->shards[i].server = shards[i];
    const auto asker =
        self->spawn(watchful_asker<center, remote_shard_actor, first_atom>, shards[i], first_atom_v, caf::infinite);
    self->request(asker, caf::infinite, caf::ok_atom_v)
        .then(
            [=](center& first) {
              ready->shards[i].start = std::move(first);
              one_is_in();
            },
            [=](caf::error& why) mutable { promise.deliver(std::move(why)); });
  }
  return promise;
}

caf::actor_addr sender_of(recruit_actor::pointer self) {
  return caf::actor_cast<caf::actor_addr>(self->current_sender());
}

// Who has rows that are not here is reached directly, too. @throws failure (connect)
part_reader_setup reach_keepers(recruit_actor::pointer self, const rows_there& rows, const job& which) {
  caf::scoped_actor asker{self->home_system()};
  const std::chrono::milliseconds deadline{static_cast<long>(which.cluster.request_timeout * 1000)};
  part_reader_setup setup;
  setup.timeout = caf::duration{deadline};
  for (const auto& [actor, at, where] : rows.keepers) {
    try {
      if (at.port != 0)
        connect_to(asker, at, deadline);
    } catch (const failure& why) {
      throw failure{why.code(),
                    "rows that fit in no single cache are fetched from other nodes: " + std::string{why.what()} +
                        "; or give each node a larger --cache-size, or set data.where = \"driver\""};
    }
    setup.keepers.push_back({actor, where});
  }
  return setup;
}

row_reader_actor spawn_reader_of(recruit_actor::pointer self, const rows_there& rows, const loader_setup& loader,
                                 const job& which) {
  auto setup = reach_keepers(self, rows, which);
  for (const auto& [count, name, bytes, path, keepers] : rows.parts) {
    for (const auto keeper : keepers)
      if (keeper >= rows.keepers.size())
        throw failure{errc::internal, "rows are with somebody who is not named"};
    setup.parts.push_back(
        {count, name, bytes, path.empty() ? nullptr : std::make_shared<data::sealed_rows>(path), keepers});
  }
  setup.feature_width = rows.feature_width;
  setup.label_width = rows.label_width;
  setup.weighted = rows.weighted;
  setup.seed = loader.seed;
  setup.shuffle = loader.shuffle;
  setup.sampling = loader.sampling;
  setup.buffers = loader.rows.buffers;
  return self->spawn(part_reader, std::move(setup));
}

loader_actor spawn_loader_of(recruit_actor::pointer self, const rows_there& rows, const job& which) {
  loader_setup setup;
  setup.seed = rows.seed;
  setup.shuffle = rows.shuffle;
  setup.sampling = rows.bootstrap ? data::sampling::bootstrap : data::sampling::every_row;
  const data::shuffle_buffers buffers{rows.block_rows, rows.blocks};
  if (const auto& path = rows.parts.front().path; rows.parts.size() == 1 && !path.empty()) {
    setup.rows = data::dataset_of(std::make_shared<data::sealed_rows>(path), buffers);
  } else {
    for (const auto& part : rows.parts)
      setup.rows.rows += part.rows;
    setup.rows.buffers = buffers;
    setup.reader = spawn_reader_of(self, rows, setup, which);
  }
  return self->spawn(data_loader, std::move(setup));
}

// One worker, shard or validator lives here, and the process with it.
template <class Spawn>
auto take(bool& enlisted, Spawn spawn) -> detail::answer_of<decltype(spawn())> {
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
          const auto shards = reach_shards(self, terms.shards, which);
          if (!terms.rows.parts.empty())
            terms.loader = spawn_loader_of(self, terms.rows, which);
          auto setup = make_worker_setup(which, std::move(terms));
          setup.request_timeout = caf::infinite; // who speaks for a shard has the deadlines; who is gone is noticed
          return begin_work(self, std::move(setup), shards);
        });
      },
      [=](const server_enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          auto terms = theirs.terms;
          load(blocks_of(terms), goods->take(sender_of(self), theirs.goods));
          const auto first = terms.start;
          const auto shard = self->spawn<caf::monitored>(parameter_server, make_server_setup(which, std::move(terms)));
          return caf::actor_cast<server_actor>(self->spawn(shard_gate, shard, first));
        });
      },
      [=](const validator_enlistment& theirs) {
        return take(*enlisted, [&] {
          const auto which = parse_job(theirs.job, job_name, "/");
          auto terms = theirs.terms;
          load(blocks_of(terms), goods->take(sender_of(self), theirs.goods));
          const auto shards = reach_shards(self, terms.shards, which);
          for (std::size_t i = 0; i < shards.size(); ++i)
            terms.shards[i].server = shards[i];
          terms.loader = spawn_loader_of(self, terms.rows, which);
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
