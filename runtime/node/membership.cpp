#include "runtime/node/membership.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"
#include "common/version.hpp"
#include "runtime/enlist/connect.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <set>
#include <utility>

namespace dk {

namespace {

using membership_ptr = membership_actor::stateful_pointer<membership_state>;
using node_promise = caf::typed_response_promise<node_info>;

void find_and_join(membership_ptr self, const node_promise& done);

void try_later(membership_ptr self) {
  caf::delayed_anon_send(self, self->state.setup.pause, caf::connect_atom_v);
}

void miss(membership_ptr self, node_promise done, caf::error why) {
  auto& my = self->state;
  if (my.joined_once)
    return try_later(self);
  if (--my.setup.tries > 0 && to_failure(why).code() == errc::connect) {
    my.waiting = std::move(done);
    return try_later(self);
  }
  done.deliver(std::move(why));
}

void join(membership_ptr self, const node_actor& other, node_promise done) {
  const auto& my = self->state.setup;
  self->request(other, my.deadline, caf::join_atom_v, std::string{version_text}, to_string(my.mine), my.supervisor)
      .then(
          [=](const node_info& info) mutable {
            self->monitor(other);
            log()->log(self->state.joined_once ? spdlog::level::warn : spdlog::level::info, "joined node {}",
                       to_string(self->state.setup.other));
            self->state.joined_once = true;
            done.deliver(info);
          },
          [=](caf::error& why) { miss(self, done, std::move(why)); });
}

void find_and_join(membership_ptr self, const node_promise& done) {
  const auto& my = self->state.setup;
  const auto not_found = [=](const caf::error& why) {
    const auto reason = unreachable(self->state.setup.other, why, self->state.setup.deadline);
    miss(self, done, make_error(reason.code(), reason.what()));
  };
  self->request(self->system().middleman().actor_handle(), my.deadline, caf::connect_atom_v, my.other.host,
                my.other.port)
      .then(
          [=](const caf::node_id&, const caf::strong_actor_ptr& found, const std::set<std::string>&) {
            if (found)
              join(self, caf::actor_cast<node_actor>(found), done);
            else
              not_found(caf::error{});
          },
          not_found);
}

} // namespace

membership_actor::behavior_type membership(membership_ptr self, membership_setup setup) {
  self->state.setup = std::move(setup);
  self->monitor(self->state.setup.supervisor);
  self->set_down_handler([=](const caf::down_msg& down) {
    if (down.source == self->state.setup.supervisor.address())
      return self->quit();
    log()->warn("node {} is gone; drivers find this node only by its own address until it is back",
                to_string(self->state.setup.other));
    try_later(self);
  });
  return {
      [=](caf::connect_atom) {
        auto& waiting = self->state.waiting; // a promise of an earlier try
        auto done = waiting.pending() ? std::exchange(waiting, {}) : self->make_response_promise<node_info>();
        find_and_join(self, done);
        return done;
      },
  };
}

} // namespace dk
