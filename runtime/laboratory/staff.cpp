#include "runtime/laboratory/staff.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/laboratory/messages.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <limits>

namespace dk {

namespace {

using staff_ptr = caf::stateful_actor<staff_state>*;

void settle_in(staff_ptr self, std::uint32_t worker, workplace place) {
  self->monitor(place.worker);
  self->state.gone.erase(worker);
  ++self->state.starts[worker];
  self->state.setup.places[worker] = std::move(place);
}

void kill(staff_ptr self, std::uint32_t worker) {
  const auto& places = self->state.setup.places;
  if (const auto found = places.find(worker); found != places.end())
    clear(found->second, make_error(errc::nodes, "it was killed by the laboratory"));
}

// Starts a worker from these centers.
void start_worker(staff_ptr self, std::uint32_t worker, std::vector<shard_link> shards) {
  auto& my = self->state;
  settle_in(self, worker,
            place_worker(self->home_system(), *my.setup.shop, worker, my.starts[worker], std::move(shards)));
}

template <class Answer, class Question>
void ask_for_centers(staff_ptr self, std::uint32_t worker, const Question& question) {
  const auto& servers = self->state.setup.servers;
  for (std::size_t i = 0; i < servers.size(); ++i)
    self->request(servers[i], caf::infinite, question)
        .then(
            [=](const Answer& newest) {
              auto& arriving = self->state.arrivals.at(worker);
              arriving.shards[i].start = {newest.version, newest.weights};
              if (--arriving.missing > 0)
                return;
              auto shards = std::move(arriving.shards);
              self->state.arrivals.erase(worker);
              start_worker(self, worker, std::move(shards));
            },
            [=](const caf::error& why) { self->quit(why); });
}

void let_join(staff_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  if (my.gone.count(worker) == 0 || my.arrivals.count(worker) != 0)
    return;
  if (const auto early = my.rows_there - self->clock().now(); early > early.zero()) {
    self->delayed_send(self, std::chrono::duration_cast<caf::timespan>(early), caf::join_atom_v, worker);
    return;
  }
  my.arrivals[worker] = {my.setup.shop->shards, my.setup.servers.size()};
  if (policy_of(my.setup.shop->which).kind == policy_kind::wait)
    ask_for_centers<center>(self, worker,
                            newest_atom_v); // it pulls before each chunk; a pull now would keep others waiting
  else
    ask_for_centers<center_update>(self, worker, pull{worker, 0, no_version});
}

// Seconds until the next of events that happen so often a second.
double time_to_next(random_stream& random, double rate) {
  return std::min(1e9, -std::log1p(-random.uniform()) / rate);
}

void wait_for_a_kill(staff_ptr self) {
  const double rate = self->state.setup.shop->which.laboratory.kill_rate;
  if (rate > 0)
    self->delayed_send(self, virtual_seconds(time_to_next(*self->state.going, rate)), kill_atom_v);
}

void wait_for_a_join(staff_ptr self) {
  const double rate = self->state.setup.shop->which.laboratory.join_rate;
  if (rate > 0)
    self->delayed_send(self, virtual_seconds(time_to_next(*self->state.coming, rate)), caf::join_atom_v);
}

// One of the keys, drawn at random; the collection has an order of its own, so a seed draws the same each time.
template <class Collection>
auto drawn_from(const Collection& all, random_stream& random) {
  return std::next(all.begin(), static_cast<std::ptrdiff_t>(random.below(all.size())));
}

void lose(staff_ptr self, const caf::down_msg& down) {
  auto& my = self->state;
  const auto& places = my.setup.places;
  const auto found = std::find_if(places.begin(), places.end(),
                                  [&](const auto& one) { return one.second.worker.address() == down.source; });
  if (found == places.end())
    return;
  clear(found->second, down.reason);
  if (down.reason) // one that left in order has nothing to come back for
    my.gone.insert(found->first);
  my.setup.places.erase(found);
}

// Lets those who are there first start when their hosts have what they need.
void open_hosts(staff_ptr self) {
  auto& my = self->state;
  const auto& opening = my.setup.opening;
  my.rows_there = self->clock().now() + opening.rows;
  for (const auto& [worker, time] : opening.workers) {
    my.gone.erase(worker);
    self->delayed_send(self, time, start_atom_v, worker);
  }
}

// What the config says will happen.
void make_plans(staff_ptr self) {
  const auto& world = self->state.setup.shop->which.laboratory;
  for (const auto& event : world.kills)
    self->delayed_send(self, virtual_seconds(event.at), kill_atom_v, static_cast<std::uint32_t>(event.worker));
  for (const auto& event : world.joins)
    self->delayed_send(self, virtual_seconds(event.at), caf::join_atom_v, static_cast<std::uint32_t>(event.worker));
  self->state.coming.emplace(derive_seed(world.seed, purpose::coming));
  self->state.going.emplace(derive_seed(world.seed, purpose::going));
  wait_for_a_kill(self);
  wait_for_a_join(self);
}

} // namespace

bool is_there_first(const laboratory_config& world, std::size_t worker) {
  const auto first = [&](const std::vector<laboratory_config::event>& events) {
    double at = std::numeric_limits<double>::infinity();
    for (const auto& event : events)
      if (event.worker == worker)
        at = std::min(at, event.at);
    return at;
  };
  const auto joins = first(world.joins);
  return std::isinf(joins) || first(world.kills) < joins;
}

caf::behavior staff(caf::stateful_actor<staff_state>* self, staff_setup setup) {
  auto& my = self->state;
  my.setup = std::move(setup);
  end_on_exception(self);
  for (std::uint32_t worker = 0; worker < my.setup.shop->which.trainer.workers; ++worker)
    my.gone.insert(worker);
  for (const auto& [worker, place] : std::map<std::uint32_t, workplace>(my.setup.places))
    settle_in(self, worker, place);
  open_hosts(self);
  make_plans(self);
  self->set_down_handler([=](const caf::down_msg& down) { lose(self, down); });
  self->set_exit_handler([=](const caf::exit_msg& told) {
    for (const auto& [worker, place] : self->state.setup.places)
      clear(place, told.reason);
    self->quit(told.reason);
  });
  return {
      [=](kill_atom, std::uint32_t worker) { kill(self, worker); },
      [=](caf::join_atom, std::uint32_t worker) { let_join(self, worker); },
      [=](start_atom, std::uint32_t worker) { start_worker(self, worker, self->state.setup.shop->shards); },
      [=](kill_atom) {
        auto& state = self->state;
        if (state.setup.places.size() > 1)
          kill(self, drawn_from(state.setup.places, *state.going)->first);
        wait_for_a_kill(self);
      },
      [=](caf::join_atom) {
        auto& state = self->state;
        if (!state.gone.empty())
          let_join(self, *drawn_from(state.gone, *state.coming));
        wait_for_a_join(self);
      },
  };
}

} // namespace dk
