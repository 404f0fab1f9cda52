#include "runtime/laboratory/simulated_link.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/laboratory/hosts.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

using simulated_link_ptr = simulated_link_actor::stateful_pointer<simulated_link_state>;
using time_point = simulated_link_state::time_point;
using crossing = simulated_link_state::crossing;

std::uint32_t worker_of(const crossing& of) {
  return std::visit([](const auto& what) { return what.worker; }, of.what);
}

bool is_commit(const crossing& of) {
  return std::holds_alternative<commit>(of.what);
}

const center_update& newest_of(const center_update& answer) {
  return answer;
}

const center_update& newest_of(const verdict& answer) {
  return answer.newest;
}

// What a request, or its answer, takes on a line: of a dry run what a whole shard's would take.
std::uint64_t bytes_of(const simulated_link_setup& setup, const crossing& request) {
  const auto* const sent = std::get_if<commit>(&request.what);
  if (sent == nullptr)
    return 0;
  return setup.dry ? commit_bytes(setup.compression, setup.weights) : sent->delta.bytes();
}

std::uint64_t bytes_of(const simulated_link_setup& setup, const center_update& answer) {
  if (!setup.dry || answer.what == center_update::kind::none)
    return answer.bytes();
  if (answer.what == center_update::kind::whole)
    return sizeof(float) * setup.weights;
  return center_bytes(setup.compression, setup.weights, answer.version - answer.base);
}

bool happens(simulated_link_state& my, double part) {
  return part > 0 && my.random->uniform() < part;
}

// When a message of so many bytes that is sent now is at the other end of this way of a line.
time_point arrival(simulated_link_ptr self, time_point& free, std::uint64_t bytes) {
  const auto& world = self->state.setup.world;
  free = std::max(free, self->clock().now());
  if (world.bandwidth > 0)
    free += virtual_seconds(static_cast<double>(bytes) / world.bandwidth);
  return free + virtual_seconds(world.latency);
}

// What is due now happens at once: an ideal network costs no events.
template <class Atom, class Now>
void at(simulated_link_ptr self, time_point when, Atom what, std::uint64_t number, Now now) {
  const auto delay = when - self->clock().now();
  if (delay <= delay.zero())
    return now();
  self->delayed_send(self, std::chrono::duration_cast<caf::timespan>(delay), what, number);
}

enum class direction : std::uint8_t { up, down }; // to the shard, and back

// Through the network between the hosts; within one it takes no time. What is lost is on its way, too.
template <class Now>
void pass_hosts(simulated_link_ptr self, std::uint32_t worker, direction way, std::uint64_t bytes, bool lost, Now now) {
  const auto& setup = self->state.setup;
  passage what{host_of_worker(setup.world, worker), host_of_shard(setup.world, setup.shard), worker, setup.shard,
               bytes};
  if (what.from == what.to) {
    if (!lost)
      now();
    return;
  }
  if (way == direction::down)
    std::swap(what.from, what.to);
  self->request(setup.network, caf::infinite, what).then([=](deliver_atom) {
    if (!lost)
      now();
  });
}

// Lets a message be at its other end when it has made its way: `what` says so, or `now`.
template <class Atom, class Now>
void travel(simulated_link_ptr self, std::uint64_t number, direction way, std::uint64_t bytes, bool lost, Atom what,
            Now now) {
  auto& my = self->state;
  const auto worker = worker_of(my.crossings.at(number));
  if (my.setup.network)
    return pass_hosts(self, worker, way, bytes, lost, now);
  auto& mine = my.lines[worker];
  const auto there = arrival(self, way == direction::up ? mine.up_free : mine.down_free, bytes);
  if (!lost)
    at(self, there, what, number, now);
}

void arrive(simulated_link_ptr self, std::uint64_t number);
void deliver(simulated_link_ptr self, std::uint64_t number);

// This copy of a request will not be heard of again.
void drop_copy(simulated_link_state& my, std::uint64_t number) {
  const auto found = my.crossings.find(number);
  if (--found->second.copies == 0)
    my.crossings.erase(found);
}

// The request or its answer is lost.
void lose(simulated_link_ptr self, std::uint64_t number) {
  auto& my = self->state;
  if (my.setup.world.resend > 0)
    self->delayed_send(self, virtual_seconds(my.setup.world.resend), caf::tick_atom_v, number);
  else
    drop_copy(my, number);
}

void send(simulated_link_ptr self, std::uint64_t number) {
  auto& my = self->state;
  const auto& world = my.setup.world;
  auto& request = my.crossings.at(number);
  const auto bytes = bytes_of(my.setup, request);
  const int times = happens(my, world.doubling) ? 2 : 1;
  request.copies += times - 1;
  for (int i = 0; i < times; ++i) {
    const bool lost = happens(my, world.drop_rate);
    travel(self, number, direction::up, bytes, lost, arrive_atom_v, [=] { arrive(self, number); });
    if (lost)
      lose(self, number);
  }
}

void send_again(simulated_link_ptr self, std::uint64_t number) {
  auto& my = self->state;
  if (my.crossings.at(number).answered)
    drop_copy(my, number);
  else
    send(self, number);
}

template <class Answer>
void send_back(simulated_link_ptr self, std::uint64_t number, const Answer& answer) {
  auto& my = self->state;
  auto& request = my.crossings.at(number);
  if (happens(my, my.setup.world.drop_rate))
    return lose(self, number);
  request.answers.emplace_back(answer);
  travel(self, number, direction::down, bytes_of(my.setup, newest_of(answer)), false, deliver_atom_v,
         [=] { deliver(self, number); });
}

template <class Answer, class Request>
void ask_shard(simulated_link_ptr self, std::uint64_t number, const Request& what) {
  self->request(self->state.setup.server, caf::infinite, what)
      .then([=](const Answer& answer) { send_back(self, number, answer); },
            [=](const caf::error& why) { self->quit(why); });
}

// The shard has time for this request.
void serve(simulated_link_ptr self, std::uint64_t number) {
  const auto what = self->state.crossings.at(number).what;
  if (const auto* pulled = std::get_if<pull>(&what))
    ask_shard<center_update>(self, number, *pulled);
  else
    ask_shard<verdict>(self, number, std::get<commit>(what));
}

void arrive(simulated_link_ptr self, std::uint64_t number) {
  auto& my = self->state;
  my.busy_until = std::max(my.busy_until, self->clock().now());
  if (is_commit(my.crossings.at(number)))
    my.busy_until += virtual_seconds(my.setup.world.service_time);
  at(self, my.busy_until, due_atom_v, number, [=] { serve(self, number); });
}

void deliver(simulated_link_ptr self, std::uint64_t number) {
  auto& my = self->state;
  auto& request = my.crossings.at(number);
  const auto answer = std::move(request.answers.front());
  request.answers.pop_front();
  if (!std::exchange(request.answered, true)) {
    if (is_commit(request))
      std::get<caf::typed_response_promise<verdict>>(request.answer_to).deliver(std::get<verdict>(answer));
    else
      std::get<caf::typed_response_promise<center_update>>(request.answer_to).deliver(std::get<center_update>(answer));
  }
  drop_copy(my, number);
}

// Takes a request over from a worker; its answer comes when it has made its way.
template <class Answer, class Request>
caf::typed_response_promise<Answer> begin(simulated_link_ptr self, const Request& what) {
  auto& my = self->state;
  const auto promise = self->template make_response_promise<Answer>();
  const auto number = ++my.newest;
  crossing request;
  request.what = what;
  request.answer_to = promise;
  request.copies = 1;
  my.crossings.emplace(number, std::move(request));
  send(self, number);
  return promise;
}

} // namespace

simulated_link_actor::behavior_type simulated_link(simulated_link_actor::stateful_pointer<simulated_link_state> self,
                                                   simulated_link_setup setup) {
  self->state.setup = std::move(setup);
  self->state.random.emplace(self->state.setup.seed);
  end_on_exception(self);
  const auto server = self->state.setup.server;
  return {
      [=](const pull& from) -> caf::result<center_update> { return begin<center_update>(self, from); },
      [=](const commit& from) -> caf::result<verdict> { return begin<verdict>(self, from); },
      [=](newest_atom) { return self->delegate(server, newest_atom_v); },
      [=](close_atom, exact rate) { return self->delegate(server, close_atom_v, rate); },
      [=](have_atom, chunk_id chunk) { return self->delegate(server, have_atom_v, chunk); },
      [=](fence_atom, std::uint32_t worker, std::uint64_t lease) { self->send(server, fence_atom_v, worker, lease); },
      [=](tally_atom) { return self->delegate(server, tally_atom_v); },
      [=](state_atom) { return self->delegate(server, state_atom_v); },
      [=](watch_atom, const caf::actor& watcher) { self->send(server, watch_atom_v, watcher); },
      [=](arrive_atom, std::uint64_t number) { arrive(self, number); },
      [=](due_atom, std::uint64_t number) { serve(self, number); },
      [=](deliver_atom, std::uint64_t number) { deliver(self, number); },
      [=](caf::tick_atom, std::uint64_t number) { send_again(self, number); },
  };
}

} // namespace dk
