#include "runtime/laboratory/workplace.hpp"

#include "common/random.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/laboratory/desk.hpp"

#include <caf/all.hpp>

namespace dk {

workplace place_worker(caf::actor_system& system, const workshop& shop, std::uint32_t worker_id, std::uint32_t start,
                       std::vector<shard_link> shards) {
  const auto& world = shop.which.laboratory;
  const auto& part = shop.parts.at(worker_id);
  workplace place;
  place.loader = spawn_loader(system, part);
  desk_setup setup;
  setup.ledger = part.terms.ledger;
  setup.loader = place.loader;
  setup.speed = {world, shop.slowness.at(worker_id), derive_seed(world.seed, purpose::computing, {worker_id, start}),
                 shop.which.trainer.batch_size};
  setup.by_batch = shop.which.trainer.overlap;
  place.desk = system.spawn(desk, std::move(setup));
  auto terms = part.terms;
  terms.ledger = caf::actor_cast<ledger_actor>(place.desk);
  terms.loader = caf::actor_cast<loader_actor>(place.desk);
  terms.shards = std::move(shards);
  if (start > 0)
    terms.resumed = {};
  auto hired = make_worker_setup(part.which, std::move(terms));
  if (!hired.gated)
    hired.request_timeout = request_timeout_of(part.which); // messages are lost there
  place.worker = system.spawn(worker, std::move(hired));
  caf::anon_send(part.terms.ledger, caf::join_atom_v, worker_id, caf::actor_cast<caf::strong_actor_ptr>(place.worker));
  return place;
}

void clear(const workplace& place, const caf::error& reason) {
  const auto worker = caf::actor_cast<caf::actor>(place.worker);
  caf::anon_send(worker, caf::exit_msg{worker.address(), reason});
  caf::anon_send_exit(place.desk, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(place.loader, caf::exit_reason::user_shutdown);
}

} // namespace dk
