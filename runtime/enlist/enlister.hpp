#pragma once

#include "runtime/enlist/messages.hpp"
#include "runtime/transport/freight.hpp"

#include <caf/all.hpp>

namespace dk {

struct enlister_state {
  std::uint64_t next = 1;
  caf::response_promise answer;
};

/// Enlists a process when it is told to: sends the large blocks of `what` in pieces, then the rest, and answers with
/// the handle. Once the process has all, it has as long as it takes: it connects to shards, and fetches what they begin
/// with; its end is noticed.
template <class Handle, class Enlistment>
caf::behavior enlister(caf::stateful_actor<enlister_state>* self, const recruit_actor& whom, const Enlistment& what,
                       const freight_terms& terms) {
  const auto failed = [=](const caf::error& why) {
    self->state.answer.deliver(why);
    self->quit();
  };
  self->monitor(whom);
  self->set_down_handler([=](const caf::down_msg& down) {
    failed(down.reason ? down.reason : caf::error{caf::sec::request_receiver_down});
  });
  return {[=](caf::ok_atom) -> caf::result<Handle> {
    self->state.answer = self->make_response_promise();
    auto rest = what;
    auto goods = unload(blocks_of(rest.terms));
    const auto ask = [=](const manifest& list) {
      auto message = rest;
      message.goods = list;
      self->request(whom, caf::infinite, std::move(message))
          .then(
              [=](const Handle& handle) {
                self->state.answer.deliver(handle);
                self->quit();
              },
              failed);
    };
    send_cargo(self, whom, std::move(goods), self->state.next, terms, ask, failed);
    return self->state.answer;
  }};
}

} // namespace dk
